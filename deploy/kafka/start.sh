#!/bin/bash
# Formats the storage at the first start, with the users of /run/secrets/kafka (a file each, with its password), then
# becomes the broker. A restart and a new container on the old volume find it formatted. For Kafka's own tools inside
# this container: --bootstrap-server localhost:9092 --command-config /tmp/plumbline/client.properties
set -eu
secrets=/run/secrets/kafka
common=org.apache.kafka.common.security
umask 077
mkdir -p /tmp/plumbline
config=/tmp/plumbline/server.properties

broker=$(cat "$secrets/broker")
{
  cat /plumbline/server.properties
  echo "advertised.listeners=$ADVERTISED_LISTENERS"
  echo "listener.name.controller.plain.sasl.jaas.config=$common.plain.PlainLoginModule required username=\"broker\" password=\"$broker\" user_broker=\"$broker\";"
  echo "listener.name.network.scram-sha-512.sasl.jaas.config=$common.scram.ScramLoginModule required username=\"broker\" password=\"$broker\";"
  echo "listener.name.host.scram-sha-512.sasl.jaas.config=$common.scram.ScramLoginModule required;"
} >"$config"
{
  echo "security.protocol=SASL_PLAINTEXT"
  echo "sasl.mechanism=SCRAM-SHA-512"
  echo "sasl.jaas.config=$common.scram.ScramLoginModule required username=\"topics\" password=\"$(cat "$secrets/topics")\";"
} >/tmp/plumbline/client.properties

users=()
for file in "$secrets"/*; do
  users+=(--add-scram "SCRAM-SHA-512=[name=$(basename "$file"),password=$(cat "$file")]")
done
java -Xmx256m -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format --ignore-formatted --cluster-id "$CLUSTER_ID" \
  --config "$config" "${users[@]}" >/dev/null # it prints what passwords can be guessed from
exec /opt/kafka/bin/kafka-server-start.sh "$config"
