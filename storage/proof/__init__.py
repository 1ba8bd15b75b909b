"""The signed chain over the record, its export, and the verifier."""
