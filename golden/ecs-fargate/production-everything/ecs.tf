locals {
  # No image, no tasks: the first apply succeeds while the repository is still empty.
  task_count_min = var.image_tag == null ? 0 : var.task_count.min
  task_count_max = var.image_tag == null ? 0 : var.task_count.max
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/${local.name_prefix}/app"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

# Created before the cluster: otherwise Container Insights creates it, unencrypted and kept for a day.
resource "aws_cloudwatch_log_group" "container_insights" {
  name              = "/aws/ecs/containerinsights/${local.name_prefix}/performance"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_ecs_cluster" "this" {
  name = local.name_prefix

  configuration {
    managed_storage_configuration {
      fargate_ephemeral_storage_kms_key_id = aws_kms_key.app.arn
    }
  }

  setting {
    name  = "containerInsights"
    value = "enabled"
  }

  depends_on = [aws_cloudwatch_log_group.container_insights]
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

resource "aws_ecs_task_definition" "app" {
  # create-secure-infra:ignore application-not-database-master Generated with --database-login password; with --database-login iam the application has a database role of its own and no password.
  family                   = "${local.name_prefix}-app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_cpu
  memory                   = var.task_memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  container_definitions = jsonencode([
    {
      name      = "app"
      image     = "${aws_ecr_repository.app.repository_url}:${coalesce(var.image_tag, "none")}"
      essential = true
      user      = var.container_user

      readonlyRootFilesystem = true

      # ECS answers with an empty list of added capabilities; unsaid, every plan would replace the task definition.
      linuxParameters = {
        capabilities       = { add = [], drop = ["ALL"] }
        initProcessEnabled = true

        # The only place the container can write to; in memory, with the mode of the image's own /tmp.
        tmpfs = [
          {
            containerPath = "/tmp"
            size          = var.tmp_size
            mountOptions  = ["rw", "noexec", "nosuid", "nodev"]
          },
        ]
      }

      portMappings = [
        {
          containerPort = var.container_port
          hostPort      = var.container_port
          protocol      = "tcp"
        },
      ]

      environment = [
        { name = "DB_CREDENTIALS_ARN", value = aws_rds_cluster.aurora.master_user_secret[0].secret_arn },
        { name = "DB_HOST", value = aws_rds_cluster.aurora.endpoint },
        { name = "DB_NAME", value = aws_rds_cluster.aurora.database_name },
        { name = "DB_PORT", value = tostring(aws_rds_cluster.aurora.port) },
        { name = "DB_READER_HOST", value = aws_rds_cluster.aurora.reader_endpoint },
        { name = "DB_SSLMODE", value = "require" },
        { name = "PORT", value = tostring(var.container_port) },
      ]

      # Read once, when the task starts: a rotated password reaches running tasks by DB_CREDENTIALS_ARN or a new deployment.
      secrets = concat(
        [
          { name = "DB_PASSWORD", valueFrom = "${aws_rds_cluster.aurora.master_user_secret[0].secret_arn}:password::" },
          { name = "DB_USERNAME", valueFrom = "${aws_rds_cluster.aurora.master_user_secret[0].secret_arn}:username::" },
        ],
        [for key in var.app_secret_keys : { name = key, valueFrom = "${aws_secretsmanager_secret.app.arn}:${key}::" }],
      )

      # While CloudWatch Logs cannot be reached, lines beyond 25 MB are lost; with "blocking" payments would wait instead.
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.app.name
          awslogs-region        = var.aws_region
          awslogs-stream-prefix = "app"
          max-buffer-size       = "25m"
          mode                  = "non-blocking"
        }
      }
    },
  ])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  # A revision that is gone cannot be rolled back to: the old one goes after the service has left it.
  # What the definition refers to is replaced in the same order, so nothing may replace the cluster under its name.
  lifecycle {
    create_before_destroy = true
  }
}

# A target group cannot change its port and a listener's target group cannot be deleted:
# with the port in the name, the new group is there before the old one goes.
resource "aws_lb_target_group" "app" {
  name                 = "${local.name_prefix}-${var.container_port}"
  vpc_id               = local.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.container_port
  deregistration_delay = 30

  health_check {
    path                = var.health_check_path
    protocol            = "HTTP"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_ecs_service" "app" {
  name            = "${local.name_prefix}-app"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.app.arn
  launch_type     = "FARGATE"
  desired_count   = local.task_count_min
  propagate_tags  = "SERVICE"

  # The apply waits until the release is up or rolled back.
  wait_for_steady_state = true

  enable_ecs_managed_tags            = true
  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60

  # A deployment whose tasks do not become healthy is rolled back instead of retried for ever.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = local.private_subnet_ids
    security_groups  = [aws_security_group.app.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "app"
    container_port   = var.container_port
  }

  # Auto scaling owns the count: it also brings the first tasks when image_tag raises its minimum from zero.
  lifecycle {
    ignore_changes = [desired_count]

    # Without it a release that was rolled back would look like one that went well.
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.app.arn
      error_message = "ECS rolled this release back: its tasks did not become healthy. The release before it is still running."
    }
  }

  # ECS refuses a target group without listener. A task starts only when its role may pull and read and its way to the AWS
  # APIs is open, and none of that is named above: a service that is created again would be rolled back before it is there.
  depends_on = [
    aws_lb_listener.https,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_rds_cluster_instance.aurora,
    aws_route.private_nat,
    aws_route_table_association.private,
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_ingress_rule.app_from_alb,
    aws_vpc_security_group_egress_rule.alb_to_app,
    aws_vpc_security_group_egress_rule.app_to_database,
    aws_vpc_security_group_ingress_rule.database_from_app,
    aws_vpc_security_group_egress_rule.app_to_endpoints,
    aws_vpc_security_group_ingress_rule.endpoints_from_app,
    aws_vpc_security_group_egress_rule.app_to_s3,
    aws_vpc_security_group_egress_rule.app_https,
  ]
}
