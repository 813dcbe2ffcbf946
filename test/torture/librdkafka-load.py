"""The load of the torture on librdkafka: one idempotent producer for all keys, several records of each under way.

Arguments: bootstrap, topic, keys. Says "sent key:number", "acknowledged key:number" or "failed key:number why", a line each, and ends
when its input ends and everything has been heard of.
"""

import sys
import threading
import time

from confluent_kafka import Producer

UNDER_WAY_MAX = 5
RECORDS_PER_SECOND_MAX = 1500

bootstrap, topic, keys = sys.argv[1], sys.argv[2], int(sys.argv[3])
producer = Producer(
    {
        "bootstrap.servers": bootstrap,
        "enable.idempotence": True,
        "acks": "all",
        "linger.ms": 1,
        "message.timeout.ms": 600_000,
        "log_level": 0,
    }
)
under_way = {f"k{at}": 0 for at in range(keys)}
next_number = {key: 0 for key in under_way}
is_over = threading.Event()


def wait_for_the_end():
    sys.stdin.read()
    is_over.set()


def delivered(error, message):
    key = message.key().decode()
    under_way[key] -= 1
    record = message.value().decode()
    print(f"failed {record} {error}" if error else f"acknowledged {record}")


def send(key):
    record = f"{key}:{next_number[key]}"
    next_number[key] += 1
    under_way[key] += 1
    print(f"sent {record}")
    producer.produce(topic, key=key, value=record, on_delivery=delivered)


threading.Thread(target=wait_for_the_end, daemon=True).start()
while not is_over.is_set():
    started_at = time.monotonic()
    for key, count in list(under_way.items()):
        if count < UNDER_WAY_MAX:
            send(key)
    producer.poll(0)
    sys.stdout.flush()
    time.sleep(max(0.0, len(under_way) / RECORDS_PER_SECOND_MAX - (time.monotonic() - started_at)))
left = producer.flush(120)
sys.stdout.flush()
sys.exit(0 if left == 0 else 1)
