"""Copies one topic to another, partition by partition, exactly once: reads, writes and commits its offsets in transactions.

    copy.py FROM TO TRANSACTIONAL_ID GROUP 'JSON of settings of both clients' 'JSON of settings of the consumer'

Tells {"copied": N} after each committed transaction of N records, {"caught": "up"} when there is nothing to read for a while, and
{"again": "..."} where a transaction was aborted and is done again. May be killed at any time; ends with a status where its producer was fenced.
"""
import json
import sys

from confluent_kafka import Consumer, KafkaException, Producer

source, target, transactional_id, group = sys.argv[1:5]
shared, of_consumer = json.loads(sys.argv[5]), json.loads(sys.argv[6])
records_max = 20
timeout_seconds = 30


def tell(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def copy(records):
    producer.begin_transaction()
    for record in records:
        producer.produce(target, key=record.key(), value=record.value(), partition=record.partition())
        producer.poll(0)
    positions = consumer.position(consumer.assignment())
    producer.send_offsets_to_transaction(
        [place for place in positions if place.offset >= 0], consumer.consumer_group_metadata(), timeout_seconds
    )
    producer.commit_transaction(timeout_seconds)
    tell(copied=len(records))


def go_back():
    """To what is committed: the records of an aborted transaction are read again."""
    for place in consumer.committed(consumer.assignment(), timeout_seconds):
        place.offset = max(place.offset, 0)
        consumer.seek(place)


consumer = Consumer(
    {
        "group.id": group,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        **shared,
        **of_consumer,
    }
)
producer = Producer({"transactional.id": transactional_id, "transaction.timeout.ms": 60000, **shared})
producer.init_transactions(timeout_seconds)
tell(ready=True)
consumer.subscribe([source])
while True:
    try:
        records = [record for record in consumer.consume(records_max, 0.2) if record.error() is None]
        if records:
            copy(records)
        else:
            tell(caught="up")
    except KafkaException as failure:
        error = failure.args[0]
        if error.fatal():
            tell(fatal=error.name())
            sys.exit(3)
        tell(again=error.name())
        if error.txn_requires_abort():
            producer.abort_transaction(timeout_seconds)
        go_back()
