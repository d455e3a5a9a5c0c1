"""foretell's tests: what each file holds is listed in CONTRIBUTING.md."""
