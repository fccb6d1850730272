#!/bin/sh
# Makes the secrets of a new installation, each in a volume that only those mount who need it; existing ones stay.
# /keys/public: what tokens are checked with. /keys/HOLDER: the private key of each that has one. /secrets/postgres,
# /secrets/kafka: all passwords of that server. /secrets/SERVICE: the URL of that service's database and its password at
# Kafka. /secrets/topics: the password of whoever grants rights at Kafka.
# With arguments it passes them on to plumbline keys: --rotate issuer.
set -eu
umask 022 # the volumes are what keeps others out; inside, each reader runs as a user of its own

password() { # password SERVER NAME: made once, and printed
  [ -s "/secrets/$1/$2" ] || python -c 'import secrets; print(secrets.token_urlsafe(24))' >"/secrets/$1/$2"
  cat "/secrets/$1/$2"
}

[ ! -s /secrets/key/key.json ] || set -- "$@" --former /secrets/key/key.json
plumbline keys /keys "$@"
chmod 444 /keys/*/*-key.json
password postgres admin >/dev/null
password kafka broker >/dev/null
password kafka reader >/dev/null # for whoever else reads events
password kafka topics >/secrets/topics/kafka-password
for service in strategy catalog roles alignment web; do
  echo "postgresql+asyncpg://$service:$(password postgres "$service")@postgres/$service" >"/secrets/$service/database-url"
done
for service in strategy catalog roles alignment; do # the page reads no events
  password kafka "$service" >"/secrets/$service/kafka-password"
done
