# Driftline in Terraform: the packaged template, as one stack. README.md says how to package it.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

# Without it the stack would be in the region of the environment, and look for its artifacts in this one.
provider "aws" {
  region = var.region
}

resource "aws_s3_object" "template" {
  bucket = var.artifacts_bucket
  key    = "driftline/${filemd5(var.packaged_template)}.yaml"
  source = var.packaged_template
}

resource "aws_cloudformation_stack" "driftline" {
  name         = var.stack_name
  template_url = "https://${var.artifacts_bucket}.s3.${var.region}.amazonaws.com/${aws_s3_object.template.key}"

  # The template has a transform (SAM), and roles without names.
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  parameters = merge(
    {
      OperatorEmail      = var.operator_email
      Architecture       = var.architecture
      ProfileConcurrency = tostring(var.profile_concurrency)
      RunConcurrency     = tostring(var.run_concurrency)
      DefaultMetrics     = var.default_metrics
      ReportDays         = tostring(var.report_days)
    },
    var.more_parameters,
  )

  timeouts {
    create = "30m"
    update = "30m"
  }
}
