"""The service against its OpenAPI document."""
