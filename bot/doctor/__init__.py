"""The checks of `share-check doctor`: one module a subject, each returns findings, none reads a case."""
