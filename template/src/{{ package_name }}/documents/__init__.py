"""Documents: the sample resource. Owned, searched, filtered, sorted and paged."""
