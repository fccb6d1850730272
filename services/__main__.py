"""``python -m services`` is ``plumbline``."""

from services.cli.main import app

if __name__ == "__main__":
    app(prog_name="plumbline")
