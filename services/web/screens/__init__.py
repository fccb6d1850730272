"""The screens, one a file: what each asks the services, and the template that shows it."""
