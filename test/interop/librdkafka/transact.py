"""A transactional producer on librdkafka that does as it is told.

    transact.py 'JSON of settings'

Each line of its input is a request, answered by one line: {"do": "init" | "begin" | "commit" | "abort"}, {"do": "send", "topic": ...,
"partition": ..., "values": [...]}, {"do": "offsets", "group": ..., "topic": ..., "partition": ..., "offset": ...}. An answer is {"error": null}
or {"error": "NAME", "fatal": ..., "abortable": ...}.
"""
import json
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

settings = json.loads(sys.argv[1])
timeout_seconds = 60
producer = Producer(settings)
undelivered = []


def heard(error, _):
    if error is not None:
        undelivered.append(error)


def send(request):
    for value in request["values"]:
        producer.produce(request["topic"], value=value, partition=request["partition"], on_delivery=heard)
    producer.flush(timeout_seconds)
    if undelivered:
        raise KafkaException(undelivered.pop())


def send_offsets(request):
    place = TopicPartition(request["topic"], request["partition"], request["offset"])
    consumer = Consumer({"bootstrap.servers": settings["bootstrap.servers"], "group.id": request["group"]})
    try:
        producer.send_offsets_to_transaction([place], consumer.consumer_group_metadata(), timeout_seconds)
    finally:
        consumer.close()


actions = {
    "init": lambda _: producer.init_transactions(timeout_seconds),
    "begin": lambda _: producer.begin_transaction(),
    "send": send,
    "offsets": send_offsets,
    "commit": lambda _: producer.commit_transaction(timeout_seconds),
    "abort": lambda _: producer.abort_transaction(timeout_seconds),
}
for line in sys.stdin:
    request = json.loads(line)
    answer = {"error": None}
    try:
        actions[request["do"]](request)
    except KafkaException as failure:
        error = failure.args[0]
        answer = {"error": error.name(), "fatal": error.fatal(), "abortable": error.txn_requires_abort()}
        undelivered.clear()
    print(json.dumps(answer), flush=True)
