"""The weekly digest for leads and the staff's learning tip."""
