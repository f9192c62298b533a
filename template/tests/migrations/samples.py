"""Values for the rows of the migration tests, where the type of a column does not say enough."""

from typing import Any

# Such as "products.code": "AB-12". Needed where no row can be made otherwise; a test says so.
SAMPLES: dict[str, Any] = {}
