"""Pure decisions of the catalogue: paths and endpoints, limits, OpenAPI documents, what may be agreed."""
