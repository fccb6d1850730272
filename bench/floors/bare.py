"""A FastAPI application with one route: what any service takes to start, and the memory that it needs."""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI


def application(lifespan: Any = None) -> FastAPI:
    served = FastAPI(lifespan=lifespan)

    @served.get("/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return served


if __name__ == "__main__":
    uvicorn.run(application(), port=int(sys.argv[1]), log_level="warning", access_log=False)
