"""``python -m services.alignment`` runs this service alone."""

from services.cli.run import serve_service

if __name__ == "__main__":
    serve_service("alignment")
