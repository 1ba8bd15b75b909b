"""The weekly digest for leads and the weekly learning tip for staff."""
