#!/bin/sh
# Runs SQL as the master user of the database, in a task of its own; prints what psql printed, and ends with its exit code.
#
#   sh scripts/sql.sh 'SELECT version()'
#   sh scripts/sql.sh < statements.sql
set -eu

if [ $# -eq 0 ] && [ -t 0 ]; then
  echo "Give SQL as an argument, or in a file: sh scripts/sql.sh 'SELECT version()', sh scripts/sql.sh < statements.sql" >&2
  exit 64
fi

# The AWS CLI would show what is long a page at a time.
export AWS_PAGER=
project=$(dirname "$0")/..
command=$(terraform -chdir="$project" output -raw sql_command)
log_group=$(terraform -chdir="$project" output -raw sql_log_group)

# Not exported: what the command holds of it is compressed, and the environment has less room.
# shellcheck disable=SC2034
SQL=${1-$(cat)}
started=$(eval "$command")
task=${started%%[[:space:]]*}
case $task in
arn:*) echo "Running $task" >&2 ;;
*)
  echo "ECS started no task: $started" >&2
  exit 1
  ;;
esac

# arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID
id=${task##*/}
cluster=${task%/*}
cluster=${cluster##*/}
region=${task#arn:*:ecs:}
region=${region%%:*}

trap 'echo "It is still running. To stop it: aws ecs stop-task --region $region --cluster $cluster --task $id" >&2' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

of_task() {
  aws ecs describe-tasks --region "$region" --cluster "$cluster" --tasks "$task" --query "tasks[0].$1" --output text
}

while :; do
  status=$(of_task lastStatus)
  case $status in
  STOPPED) break ;;
  None)
    echo "ECS no longer knows the task; its log is in $log_group, in the stream sql/sql/$id." >&2
    trap - EXIT
    exit 1
    ;;
  esac
  sleep 5
done
trap - EXIT

exit_code=$(of_task 'containers[0].exitCode')
if [ "$exit_code" = None ]; then
  echo "The task could not run: $(of_task stoppedReason) $(of_task 'containers[0].reason')" >&2
  exit 1
fi

# The last lines may take some seconds to get there.
sleep 5
aws logs filter-log-events --region "$region" --log-group-name "$log_group" --log-stream-names "sql/sql/$id" \
  --query 'events[].[message]' --output text
exit "$exit_code"
