"""The checks of `share-check doctor`, one module per subject. Each returns findings; none reads a case."""
