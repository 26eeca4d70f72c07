# The description of the API: every change of it is deployed.
locals {
  # To add a method, add its line, its resource below where the path is new, and what answers it in functions/app/.
  api_methods = {
    create_order   = { path = "/orders", method = "POST" }
    read_order     = { path = "/orders/{id}", method = "GET" }
    list_positions = { path = "/positions", method = "GET" }
  }

  # What is refused before the function is called, by method.
  api_required_parameters = {
    create_order = { "method.request.header.Idempotency-Key" = true }
    read_order   = { "method.request.path.id" = true }
  }
  api_models = {
    create_order = { "application/json" = aws_api_gateway_model.order.name }
  }

  # What API Gateway answers itself, the message as JSON. In its own words a refusal would tell account, role and resource.
  # A type that is not here answers as its default does, whose status is each type's own.
  api_responses = {
    BAD_REQUEST_BODY       = { status = "400", message = "$context.error.messageString" }
    BAD_REQUEST_PARAMETERS = { status = "400", message = "$context.error.messageString" }
    DEFAULT_4XX            = { status = null, message = "\"Request refused\"" }
    DEFAULT_5XX            = { status = null, message = "\"Internal server error\"" }
    THROTTLED              = { status = "429", message = "\"Too many requests\"" }
    UNAUTHORIZED           = { status = "401", message = "\"Unauthorized\"" }
  }

  api_order_schema = jsonencode(jsondecode(file("${path.module}/functions/app/order.schema.json")))

  # By its name and not by reference: whatever a deployment refers to is, like it, made anew before the old one goes, and a
  # function, and with it database and table, would find its name taken.
  # https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#create_before_destroy
  api_function_uri = "arn:${local.partition}:apigateway:${var.aws_region}:lambda:path/2015-03-31/functions/${local.function_arn}/invocations"

  api_resources = {
    "/orders"      = aws_api_gateway_resource.orders.id
    "/orders/{id}" = aws_api_gateway_resource.order.id
    "/positions"   = aws_api_gateway_resource.positions.id
  }
}

resource "aws_api_gateway_rest_api" "api" {
  name        = "${local.name_prefix}-api"
  description = "Orders and positions of ${local.name_prefix}"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  # The deployment below needs it, and what it refers to would get it anyway.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "orders"
}

resource "aws_api_gateway_resource" "order" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_resource.orders.id
  path_part   = "{id}"
}

resource "aws_api_gateway_resource" "positions" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "positions"
}

# The function reads the same file, so that what one lets pass the other does not refuse.
resource "aws_api_gateway_model" "order" {
  rest_api_id  = aws_api_gateway_rest_api.api.id
  name         = "Order"
  description  = "An order as a client sends it"
  content_type = "application/json"
  schema       = local.api_order_schema
}

resource "aws_api_gateway_request_validator" "api" {
  rest_api_id                 = aws_api_gateway_rest_api.api.id
  name                        = "body-and-parameters"
  validate_request_body       = true
  validate_request_parameters = true
}

resource "aws_api_gateway_method" "api" {
  # create-secure-infra:ignore api-method-authorization Generated with --api-auth none: whoever knows the address may call it.
  #checkov:skip=CKV_AWS_59:Generated with --api-auth none: whoever knows the address may call it.
  for_each = local.api_methods

  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = local.api_resources[each.value.path]
  http_method   = each.value.method
  authorization = "NONE"

  request_validator_id = aws_api_gateway_request_validator.api.id
  request_parameters   = lookup(local.api_required_parameters, each.key, null)
  request_models       = lookup(local.api_models, each.key, null)
}

resource "aws_api_gateway_integration" "api" {
  for_each = local.api_methods

  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = local.api_resources[each.value.path]
  http_method = aws_api_gateway_method.api[each.key].http_method
  type        = "AWS_PROXY"
  uri         = local.api_function_uri

  # Lambda is called by POST, whatever the client sent.
  integration_http_method = "POST"
}

# One for each method, so that no other API, and no method that is not here, may call the function.
resource "aws_lambda_permission" "api" {
  for_each = local.api_methods

  statement_id   = replace("api-${each.key}", "_", "-")
  function_name  = aws_lambda_function.app.function_name
  action         = "lambda:InvokeFunction"
  principal      = "apigateway.amazonaws.com"
  source_arn     = "${aws_api_gateway_rest_api.api.execution_arn}/*/${each.value.method}${replace(each.value.path, "/{[^}]+}/", "*")}"
  source_account = local.account_id
}

resource "aws_api_gateway_gateway_response" "api" {
  for_each = local.api_responses

  rest_api_id   = aws_api_gateway_rest_api.api.id
  response_type = each.key
  status_code   = each.value.status

  response_templates = {
    "application/json" = "{\"error\":${each.value.message},\"requestId\":\"$context.requestId\"}"
  }
}

# A stage shows what was deployed, not what has been changed since: any change of this file is deployed. The triggers hold
# nothing that AWS fills in, of which a plan knows less than the apply.
resource "aws_api_gateway_deployment" "api" {
  rest_api_id = aws_api_gateway_rest_api.api.id

  triggers = {
    api = sha1(jsonencode({
      description = filesha1("${path.module}/api.tf")
      function    = local.api_function_uri
      schema      = local.api_order_schema
    }))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_api_gateway_gateway_response.api,
    aws_api_gateway_integration.api,
    aws_api_gateway_method.api,
  ]
}

# Created before anything is logged: otherwise API Gateway creates it, unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "api_execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.api.id}/${var.stage_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_cloudwatch_log_group" "api_access" {
  name              = "/aws/apigateway/${local.name_prefix}/access"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_api_gateway_stage" "api" {
  #checkov:skip=CKV_AWS_120:Orders and positions must be what they are now; a cache would also be paid by the hour.
  #checkov:skip=CKV2_AWS_51:Callers prove who they are to API Gateway; its client certificate is for back ends on the internet, and Lambda is none.
  rest_api_id          = aws_api_gateway_rest_api.api.id
  deployment_id        = aws_api_gateway_deployment.api.id
  stage_name           = var.stage_name
  xray_tracing_enabled = true

  # Who called is in it, and nothing of what they sent.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api_access.arn
    format = jsonencode({
      requestId         = "$context.requestId"
      extendedRequestId = "$context.extendedRequestId"
      requestTime       = "$context.requestTime"
      sourceIp          = "$context.identity.sourceIp"
      caller            = "$context.identity.userArn"
      method            = "$context.httpMethod"
      path              = "$context.resourcePath"
      status            = "$context.status"
      responseLength    = "$context.responseLength"
      responseLatency   = "$context.responseLatency"
      integrationStatus = "$context.integration.status"
      integrationError  = "$context.integration.error"
      refusedAs         = "$context.error.responseType"
      wafResponse       = "$context.wafResponseCode"
      traceId           = "$context.xrayTraceId"
    })
  }

  # It answers with the first request, so what it calls must let it.
  # Without the role of the account, AWS refuses a stage that logs.
  depends_on = [aws_api_gateway_account.this, aws_lambda_permission.api]
}

# Without a cache, for the reason below.
#trivy:ignore:AWS-0190
resource "aws_api_gateway_method_settings" "api" {
  #checkov:skip=CKV_AWS_225:Orders and positions must be what they are now; a cache would also be paid by the hour.
  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.api.stage_name
  method_path = "*/*"

  # data_trace_enabled would log whole requests and answers.
  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = var.throttling.rate
    throttling_burst_limit = var.throttling.burst
  }

  depends_on = [aws_cloudwatch_log_group.api_execution]
}

# One for the account and the region: the logs of every other API there are written by this role too, and end with it.
data "aws_iam_policy_document" "api_logs_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "api_logs" {
  name               = "${local.global_name_prefix}-api-logs"
  description        = "Lets API Gateway write the logs of every API of the account in ${var.aws_region}"
  assume_role_policy = data.aws_iam_policy_document.api_logs_trust.json
}

# AWS tries what the role may do before it takes it, and wants to find all of this policy.
resource "aws_iam_role_policy_attachment" "api_logs" {
  role       = aws_iam_role.api_logs.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  # create-secure-infra:ignore api-account-optional Generated with --api-gateway-account create.
  cloudwatch_role_arn = aws_iam_role.api_logs.arn

  depends_on = [aws_iam_role_policy_attachment.api_logs]
}
