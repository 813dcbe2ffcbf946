"""A member of a consumer group, on librdkafka.

    member.py GROUP TOPIC 'JSON of settings'

Tells what happens to it in lines of JSON: {"owned": ["topic-0", ...]} after each change, {"read": ["value", ...]}, {"error": "..."}. Leaves
its group when its standard input ends. A topic that begins with ^ is a pattern.
"""
import json
import sys
import threading

from confluent_kafka import Consumer, KafkaError

group, topic, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
leaving = threading.Event()
owned = set()
read = []


def tell(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def tell_read():
    if read:
        tell(read=read)
        read.clear()


def names(partitions):
    return {f"{partition.topic}-{partition.partition}" for partition in partitions}


def assigned(_, partitions):
    tell_read()
    owned.update(names(partitions))
    tell(owned=sorted(owned))


def revoked(_, partitions):
    tell_read()
    owned.difference_update(names(partitions))
    tell(owned=sorted(owned))


def await_end_of_input():
    sys.stdin.read()
    leaving.set()


threading.Thread(target=await_end_of_input, daemon=True).start()
consumer = Consumer({"group.id": group, "auto.offset.reset": "earliest", "auto.commit.interval.ms": 100, **settings})
consumer.subscribe([topic], on_assign=assigned, on_revoke=revoked, on_lost=revoked)
tell(ready=True)
while not leaving.is_set():
    message = consumer.poll(0.05)
    if message is None:
        tell_read()
    elif message.error() is None:
        read.append(message.value().decode())
        if len(read) >= 200:
            tell_read()
    elif message.error().code() != KafkaError._PARTITION_EOF:
        tell(error=message.error().name(), text=message.error().str())
tell_read()
consumer.close()
tell(left=True)
