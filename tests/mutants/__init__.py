"""Each rule of delivery, switched off in the product: `make mutants` sees that a test notices."""
