#!/bin/bash
# Formats the storage at the first start, then becomes the broker. A restart and a new container on the old volume find
# it formatted.
set -eu
config=/plumbline/server.properties
java -Xmx256m -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format --ignore-formatted --cluster-id "$CLUSTER_ID" \
  --config "$config"
exec /opt/kafka/bin/kafka-server-start.sh "$config" --override "advertised.listeners=$ADVERTISED_LISTENERS"
