#!/bin/sh
# Runs SQL as the master user of the database, in a task of its own; prints what psql printed, and ends with its exit code.
#
#   sh scripts/sql.sh 'SELECT version()'
#   sh scripts/sql.sh < statements.sql
set -eu

project=$(dirname "$0")/..
command=$(terraform -chdir="$project" output -raw sql_command)
log_group=$(terraform -chdir="$project" output -raw sql_log_group)

SQL=${1-$(cat)}
task=$(eval "$command")
case $task in
arn:*) echo "Running $task" >&2 ;;
*)
  echo "ECS started no task." >&2
  exit 1
  ;;
esac

# arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID
id=${task##*/}
cluster=${task%/*}
cluster=${cluster##*/}
region=${task#arn:*:ecs:}
region=${region%%:*}

of_task() {
  aws ecs describe-tasks --region "$region" --cluster "$cluster" --tasks "$task" --query "tasks[0].$1" --output text
}

until [ "$(of_task lastStatus)" = STOPPED ]; do
  sleep 5
done

# Where the container never ran there is no log.
aws logs filter-log-events --region "$region" --log-group-name "$log_group" --log-stream-names "sql/sql/$id" \
  --query 'events[].[message]' --output text || true

exit_code=$(of_task 'containers[0].exitCode')
if [ "$exit_code" = None ]; then
  echo "The task could not run: $(of_task stoppedReason) $(of_task 'containers[0].reason')" >&2
  exit 1
fi
exit "$exit_code"
