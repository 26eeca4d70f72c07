#!/bin/sh
# Waits until every instance runs what was applied, which terraform does not do. It ends with 0 when the instance refresh was
# successful, or none was needed, and else with 1 and AWS's reason.
#
#   sh scripts/wait-for-refresh.sh
#   sh scripts/wait-for-refresh.sh 08b91cf7-8fa6-48af-b6a6-d227f40f1b9b    # this refresh and no other
set -eu

# The AWS CLI would show what is long a page at a time.
export AWS_PAGER=
project=$(dirname "$0")/..

# arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:ID:autoScalingGroupName/NAME
arn=$(terraform -chdir="$project" output -raw autoscaling_group_arn)
group=${arn##*/}
region=${arn#arn:*:autoscaling:}
region=${region%%:*}

of_refreshes() {
  aws autoscaling describe-instance-refreshes --region "$region" --auto-scaling-group-name "$group" --query "$1" --output text
}

of_group() {
  aws autoscaling describe-auto-scaling-groups --region "$region" --auto-scaling-group-names "$group" \
    --query "AutoScalingGroups[0].$1" --output text
}

# What AWS said went wrong since the refresh $1 began, and where the instances say more.
explain() {
  since=$(of_refreshes "InstanceRefreshes[?InstanceRefreshId=='$1'] | [0].StartTime")
  aws autoscaling describe-scaling-activities --region "$region" --auto-scaling-group-name "$group" --max-items 50 \
    --query "Activities[?contains(['Failed', 'Cancelled'], StatusCode)].[StartTime, Description, StatusMessage]" --output text |
    awk -F '\t' -v since="$since" 'NF > 2 && $1 >= since { print "  " $2 ": " $3 }' >&2
  echo "What instances said while they started: aws logs tail /ec2/${group%-app}/boot --since 1h --region $region" >&2
  echo "What runs now goes on running: mend it, or set the release before in terraform.tfvars, and apply again." >&2
}

# While none has begun, the versions of the launch template tell whether one has yet to: it begins some seconds after apply.
refresh=${1-}
waited=0
while [ -z "$refresh" ]; do
  going_on="contains(['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'], Status)"
  refresh=$(of_refreshes "InstanceRefreshes[?$going_on] | [0].InstanceRefreshId")
  if [ "$refresh" != None ]; then break; fi
  refresh=

  version=$(of_group LaunchTemplate.Version)
  running=$(of_group "Instances[?LifecycleState=='InService'].LaunchTemplate.Version" | tr '\t' '\n' | sort -u)
  if [ "$running" = "$version" ]; then
    echo "No instance refresh is going on, and every instance in service runs version $version of the launch template."
    exit 0
  fi
  if [ "$waited" -ge 60 ]; then
    echo "No instance refresh has begun, and not every instance in service runs version $version of the launch template." >&2
    last=$(of_refreshes "sort_by(InstanceRefreshes[?EndTime], &EndTime)[-1].InstanceRefreshId")
    if [ "$last" != None ]; then
      state=$(of_refreshes "InstanceRefreshes[?InstanceRefreshId=='$last'] | [0].[Status, StatusReason]")
      echo "The last one: $state" >&2
      case $state in
      Successful*) ;;
      *) explain "$last" ;;
      esac
    fi
    exit 1
  fi
  sleep 15
  waited=$((waited + 15))
done

trap 'echo "It is still going on. To end it: aws autoscaling cancel-instance-refresh --region $region --auto-scaling-group-name $group" >&2' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

while :; do
  state=$(of_refreshes "InstanceRefreshes[?InstanceRefreshId=='$refresh'] | [0].[Status, PercentageComplete, StatusReason]")
  status=$(printf %s "$state" | cut -f 1)
  percent=$(printf %s "$state" | cut -f 2)
  reason=$(printf %s "$state" | cut -f 3)
  if [ "$status" = None ]; then
    trap - EXIT
    echo "AWS knows no refresh $refresh of the group $group." >&2
    exit 1
  fi
  if [ "$percent" = None ]; then percent=0; fi
  if [ "$reason" = None ]; then reason=; fi
  echo "$status, $percent %${reason:+: $reason}"
  case $status in
  Successful)
    trap - EXIT
    exit 0
    ;;
  Failed | Cancelled | RollbackSuccessful | RollbackFailed)
    trap - EXIT
    explain "$refresh"
    exit 1
    ;;
  esac
  sleep 15
done
