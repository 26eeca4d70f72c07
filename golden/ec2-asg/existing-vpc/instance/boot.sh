# shellcheck shell=sh
#
# Makes a web server of a new instance: cloud-init runs it once, as root, on Amazon Linux 2023. The launch template writes
# the settings before it: REGION, PROJECT, PACKAGES, RELEASE_BUCKET, RELEASE_VERSION, LOG_GROUPS, METRIC_NAMESPACE and
# ENVIRONMENT. Together they may have 16 KB.
#
# nginx is started last. Whatever fails before leaves the instance without an answer on port 443, and the group replaces it;
# what was said until then is in /var/log/cloud-init-output.log and, from the second step on, in the log group .../boot.
set -eu

say() { echo "boot.sh: $*"; }

fail() {
  say "$*"
  exit 1
}

trap 'say_end $?' EXIT
say_end() {
  [ "$1" -eq 0 ] || say "ended with exit code $1 and did not start nginx; the lines above say why"
}

# A network that comes up late, and S3's answers while it does, are no reason to give an instance up.
install_packages() {
  for pause in 5 10 15 20; do
    if dnf install --assumeyes "$@"; then return; fi
    say "dnf failed, and is tried again in $pause seconds"
    sleep "$pause"
  done
  dnf install --assumeyes "$@" || fail "these packages could not be installed: $*"
}

say 'installing what a web server needs'
install_packages nginx openssl tar gzip logrotate amazon-cloudwatch-agent
systemctl enable --now logrotate.timer

# Before anything that an application can break, so that what is said of that is kept. The two metrics have no dimension, and
# are the same for all instances: one alarm each watches the fullest of them.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
say 'sending logs and metrics to CloudWatch'
agent=/opt/aws/amazon-cloudwatch-agent
cat >"$agent/etc/cloudwatch-agent.json" <<END
{
  "agent": { "region": "$REGION", "omit_hostname": true },
  "metrics": {
    "namespace": "$METRIC_NAMESPACE",
    "aggregation_dimensions": [[]],
    "metrics_collected": {
      "mem": { "measurement": ["used_percent"] },
      "disk": {
        "measurement": ["used_percent"],
        "resources": ["/"],
        "drop_original_metrics": ["disk_used_percent"]
      }
    }
  },
  "logs": {
    "logs_collected": {
      "files": {
        "collect_list": [
          {
            "file_path": "/var/log/cloud-init-output.log",
            "log_group_name": "$LOG_GROUPS/boot",
            "log_stream_name": "{instance_id}"
          },
          {
            "file_path": "/var/log/nginx/access.log",
            "log_group_name": "$LOG_GROUPS/web",
            "log_stream_name": "{instance_id}/access"
          },
          {
            "file_path": "/var/log/nginx/error.log",
            "log_group_name": "$LOG_GROUPS/web",
            "log_stream_name": "{instance_id}/error"
          },
          {
            "file_path": "/var/log/app/app.log",
            "log_group_name": "$LOG_GROUPS/app",
            "log_stream_name": "{instance_id}"
          }
        ]
      }
    }
  }
}
END
"$agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s -c "file:$agent/etc/cloudwatch-agent.json"

if [ -n "$PACKAGES" ]; then
  say "installing $PACKAGES"
  # shellcheck disable=SC2086 # They are parted by blanks.
  install_packages $PACKAGES
fi

# The load balancer encrypts to the instance and takes any certificate, also one that nobody signed or that has ended:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
say 'making the certificate'
install -d -m 755 /etc/pki/nginx
install -d -m 700 /etc/pki/nginx/private
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 -subj "/CN=$PROJECT" \
  -keyout /etc/pki/nginx/private/server.key -out /etc/pki/nginx/server.crt
chmod 600 /etc/pki/nginx/private/server.key

if [ -n "$RELEASE_VERSION" ]; then
  say "fetching the release $RELEASE_VERSION"
  release=/srv/app/$RELEASE_VERSION
  mkdir -p "$release"
  # Not in /tmp, which is memory: https://docs.aws.amazon.com/linux/al2023/ug/filesystem-slash-tmp.html
  aws s3 cp --region "$REGION" --only-show-errors "s3://$RELEASE_BUCKET/$RELEASE_VERSION.tar.gz" "$release.tar.gz" ||
    fail "$RELEASE_VERSION.tar.gz could not be fetched from $RELEASE_BUCKET"
  tar --extract --gzip --file "$release.tar.gz" --directory "$release" --no-same-owner --no-same-permissions ||
    fail "$RELEASE_VERSION.tar.gz is no archive that tar and gzip can read"
  rm "$release.tar.gz"
  chmod -R u+rwX,go+rX,go-w "$release"
else
  release=/srv/app/none
  mkdir -p "$release/public"
  cat >"$release/public/index.html" <<END
<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>$PROJECT</title>
  <h1>$PROJECT is up</h1>
  <p>It has no application yet. Put one into the project's bucket for releases, as README.md says under
  "What the application must bring", and set <code>release_version</code> in terraform.tfvars.</p>
</html>
END
fi

port=$(printf '%s\n' "$ENVIRONMENT" | sed -n 's/^PORT=//p')
if [ -e "$release/start" ]; then
  say 'starting the application'
  [ -x "$release/start" ] || fail "start is in $RELEASE_VERSION.tar.gz, but cannot be executed"
  id app >/dev/null 2>&1 || useradd --system --home-dir /var/lib/app --shell /sbin/nologin app
  (
    umask 077
    printf '%s\n' "$ENVIRONMENT" >/etc/app.env
  )

  # systemd opens the log as root, so the application may not have the folder: it could put a link in the file's place.
  install -d -m 755 /var/log/app
  cat >/etc/logrotate.d/app <<END
/var/log/app/app.log {
  daily
  rotate 7
  maxsize 100M
  compress
  delaycompress
  copytruncate
  missingok
  notifempty
}
END

  # The release, and all of the system, can be read and not written.
  cat >/etc/systemd/system/app.service <<END
[Unit]
Description=The application of $PROJECT
Wants=network-online.target
After=network-online.target

[Service]
User=app
WorkingDirectory=$release
EnvironmentFile=/etc/app.env
ExecStart=$release/start
Restart=always
RestartSec=5
StandardOutput=append:/var/log/app/app.log
StandardError=append:/var/log/app/app.log
StateDirectory=app
StateDirectoryMode=0700
UMask=0077
CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
END
  systemctl daemon-reload
  systemctl enable --now app

  waited=0
  until curl --silent --fail --max-time 2 --output /dev/null "http://127.0.0.1:$port/health"; do
    waited=$((waited + 2))
    if [ "$waited" -gt 120 ]; then
      tail -n 20 /var/log/app/app.log || :
      fail "the application did not answer 200 on http://127.0.0.1:$port/health; its last lines are above"
    fi
    sleep 2
  done

  # What public/ has is served from there, and everything else by the application.
  if [ -d "$release/public" ]; then
    places="root $release/public;
location = /health { access_log off; proxy_pass http://app; }
location / { try_files \$uri \$uri/index.html @app; }
location @app { proxy_pass http://app; }"
  else
    places="location = /health { access_log off; proxy_pass http://app; }
location / { proxy_pass http://app; }"
  fi
elif [ -d "$release/public" ]; then
  places="root $release/public;
location = /health { access_log off; default_type text/plain; return 200 \"ok\\n\"; }
location / { try_files \$uri \$uri/ =404; }"
else
  fail "$RELEASE_VERSION.tar.gz has neither start nor public/ at its top, but: $(find "$release" -mindepth 1 -maxdepth 1 -printf '%f ')"
fi

# All of its configuration, because the package's own serves a page on port 80:
# https://github.com/amazonlinux/amazon-linux-2023/issues/1100
say 'starting nginx'
printf '%s\n' "$places" >/etc/nginx/release.conf
sed "s/@PORT@/$port/" >/etc/nginx/nginx.conf <<'END'
user nginx;
worker_processes auto;
worker_rlimit_nofile 16384;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;

events {
  worker_connections 4096;
}

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  client_max_body_size 10m;

  # Longer than the load balancer keeps a connection that is idle (60 s), so that nginx never closes one in use: a 502.
  keepalive_timeout 75s;

  # Neither what follows "?" nor the page that was left is written down: both may hold what is secret.
  map $request_uri $path {
    "~^(?<before>[^?]*)" $before;
  }

  log_format json escape=json
    '{"time":"$time_iso8601","client":"$http_x_forwarded_for","method":"$request_method","path":"$path",'
    '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream_seconds":"$upstream_response_time",'
    '"trace":"$http_x_amzn_trace_id","user_agent":"$http_user_agent"}';
  access_log /var/log/nginx/access.log json;

  map $http_upgrade $connection_to_app {
    ''      '';
    default upgrade;
  }

  upstream app {
    server 127.0.0.1:@PORT@;
    keepalive 32;
  }

  server {
    listen 443 ssl default_server;
    server_name _;

    ssl_certificate /etc/pki/nginx/server.crt;
    ssl_certificate_key /etc/pki/nginx/private/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384;
    ssl_session_cache shared:tls:1m;

    # The load balancer may speak HTTP to the browser: what nginx redirects to names no scheme.
    absolute_redirect off;
    index index.html;

    # X-Forwarded-For, -Proto and -Port come from the load balancer and are handed on as they are.
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_to_app;
    proxy_connect_timeout 5s;

    include /etc/nginx/release.conf;
  }
}
END
nginx -t
systemctl enable --now nginx
say "done: nginx serves ${RELEASE_VERSION:-the page of an instance without an application}"
