"""The floor of a rebuild: read the topic to its end, keep the newest of each in memory, COPY into new tables, index,
and put them in the place of the old ones. Prints the seconds it took.

    python -m bench.floors.rebuild DATABASE KAFKA TOPIC
"""

import asyncio
import sys
import time
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from bench.floors import projector

_READ_AT_ONCE = 5000


async def main(database: str, kafka: str, topic: str) -> None:
    connection = await asyncpg.connect(database)
    async with projector.consumer(kafka, topic) as client:
        started = time.perf_counter()
        rows = await _read(client)
        await _fill(connection, rows)
        print(time.perf_counter() - started)
    await connection.close()


async def _read(client: AIOKafkaConsumer) -> projector.Rows:
    rows = projector.Rows()
    ends = {partition: end for partition, end in (await client.end_offsets(client.assignment())).items() if end}
    while ends:
        for partition, records in (await client.getmany(timeout_ms=1000, max_records=_READ_AT_ONCE)).items():
            for record in records:
                rows.add(record.value)
            if records[-1].offset + 1 >= ends.get(partition, 0):
                ends.pop(partition, None)
    return rows


async def _fill(connection: Any, rows: projector.Rows) -> None:
    async with connection.transaction():
        await connection.execute("create table new_node (ref text, version bigint, state text)")
        await connection.execute("create table new_link (source text, type text, target text, id text, version bigint)")
        nodes = [(ref, *rest) for ref, rest in rows.nodes.items()]
        await connection.copy_records_to_table("new_node", records=nodes)
        links = [(*key, *rest) for key, rest in rows.links.items()]
        await connection.copy_records_to_table("new_link", records=links)
        await connection.execute("alter table new_node add primary key (ref)")
        await connection.execute("alter table new_link add primary key (source, type, target)")
        await connection.execute(projector.INWARD.format(table="new_link"))
        await connection.execute("drop table node, link")
        await connection.execute("alter table new_node rename to node; alter table new_link rename to link")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
