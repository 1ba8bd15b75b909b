"""The signed chain of seals over the record, its export, and the verifier."""
