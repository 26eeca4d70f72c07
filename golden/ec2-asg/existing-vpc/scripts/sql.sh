#!/bin/sh
# Runs SQL as the master user of the database, by a tunnel of Session Manager through one of the instances; prints what mysql
# printed, and ends with its exit code.
#
#   sh scripts/sql.sh 'SELECT VERSION()'
#   sh scripts/sql.sh < statements.sql
#
# DATABASE_HOST=... reaches another host than the database's, such as one that was restored beside it.
set -eu

if [ $# -eq 0 ] && [ -t 0 ]; then
  echo "Give SQL as an argument, or in a file: sh scripts/sql.sh 'SELECT VERSION()', sh scripts/sql.sh < statements.sql" >&2
  exit 64
fi

# mysql of MariaDB has other options for the same.
if client=$(command -v mysql); then
  case $("$client" --version) in
  *MariaDB*) tls='ssl=1
ssl-verify-server-cert=0' ;;
  *) tls='ssl-mode=REQUIRED' ;;
  esac
elif client=$(command -v mariadb); then
  tls='ssl=1
ssl-verify-server-cert=0'
else
  echo "The client of MySQL is not installed: there is neither mysql nor mariadb on PATH." >&2
  exit 69
fi
if ! command -v session-manager-plugin >/dev/null; then
  echo "The AWS CLI needs its plugin for Session Manager: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html" >&2
  exit 69
fi

# The AWS CLI would show what is long a page at a time.
export AWS_PAGER=
project=$(dirname "$0")/..
target=$(terraform -chdir="$project" output -raw sql_target)
read -r region group host port database secret <<END
$target
END
host=${DATABASE_HOST:-$host}

instance=$(aws autoscaling describe-auto-scaling-groups --region "$region" --auto-scaling-group-names "$group" \
  --query "AutoScalingGroups[0].Instances[?LifecycleState=='InService' && HealthStatus=='Healthy'] | [0].InstanceId" --output text)
if [ "$instance" = None ]; then
  echo "$group has no instance that is healthy and in service, and only through one can the database be reached." >&2
  exit 1
fi

# {"username":"dbadmin","password":"..."}; RDS takes no blank and none of / ' " @ for a password.
json=$(aws secretsmanager get-secret-value --region "$region" --secret-id "$secret" --query SecretString --output text)
user=$(printf %s "$json" | sed -n 's/.*"username" *: *"\([^"]*\)".*/\1/p')
password=$(printf %s "$json" | sed -n 's/.*"password" *: *"\([^"]*\)".*/\1/p')
if [ -z "$user" ] || [ -z "$password" ]; then
  echo "The secret $secret has no user name and password as RDS writes them." >&2
  exit 1
fi

umask 077
private=$(mktemp -d)
session=
tunnel=
close() {
  # The end of the session ends the plugin; a signal to the CLI would leave it behind.
  if [ -n "$session" ]; then aws ssm terminate-session --region "$region" --session-id "$session" >/dev/null || :; fi
  if [ -n "$tunnel" ]; then kill "$tunnel" 2>/dev/null || :; fi
  rm -rf "$private"
}
trap close EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# In a file that nobody else may read, not among the arguments that everybody sees. JSON and this file write a backslash alike.
cat >"$private/client.cnf" <<END
[client]
host=127.0.0.1
protocol=TCP
user="$user"
password="$password"
database="$database"
connect-timeout=30
$tls
END

# Without a port of our own the plugin takes one that is free, and says which.
aws ssm start-session --region "$region" --target "$instance" --document-name AWS-StartPortForwardingSessionToRemoteHost \
  --parameters "{\"host\":[\"$host\"],\"portNumber\":[\"$port\"]}" </dev/null >"$private/tunnel" 2>&1 &
tunnel=$!
local_port=
waited=0
while [ -z "$local_port" ]; do
  sleep 1
  waited=$((waited + 1))
  local_port=$(sed -n 's/.*Port \([0-9][0-9]*\) opened for sessionId.*/\1/p' "$private/tunnel")
  session=$(sed -n 's/^Starting session with SessionId: *\([^[:space:]]*\).*/\1/p' "$private/tunnel")
  if [ -z "$local_port" ] && { ! kill -0 "$tunnel" 2>/dev/null || [ "$waited" -ge 60 ]; }; then
    echo "There is no tunnel through $instance:" >&2
    cat "$private/tunnel" >&2
    exit 1
  fi
done

run() {
  # Lines as people read them, where it is people who read.
  if [ -t 1 ]; then set -- --table; fi
  "$client" --defaults-file="$private/client.cnf" --port="$local_port" "$@"
}
if [ $# -gt 0 ]; then
  printf '%s\n' "$1" | run
else
  run
fi
