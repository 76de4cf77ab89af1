variable "region" {
  type        = string
  description = "Region of the stack and of the bucket with the artifacts."
}

variable "artifacts_bucket" {
  type        = string
  description = "Existing bucket in the region, the one that sam package uploaded to."
}

variable "packaged_template" {
  type        = string
  description = "File that sam package wrote."
  default     = "../../packaged.yaml"
}

variable "stack_name" {
  type        = string
  description = "Name of the stack, and the beginning of its functions' names."
  default     = "driftline"

  validation {
    condition     = length(var.stack_name) <= 45
    error_message = "The stack's name may have at most 45 characters."
  }
}

variable "operator_email" {
  type        = string
  description = "Email address for messages; empty for none."
  default     = ""
}

variable "architecture" {
  type        = string
  description = "arm64 or x86_64, as in sam build."
  default     = "arm64"
}

variable "profile_concurrency" {
  type        = number
  description = "How many capture files are profiled at the same time."
  default     = 2
}

variable "run_concurrency" {
  type        = number
  description = "How many executions run at the same time."
  default     = 2
}

variable "default_metrics" {
  type        = string
  description = "What monitors publish to CloudWatch if their document does not say."
  default     = "none"
}

variable "report_days" {
  type        = number
  description = "How long reports are kept, in days; 0 for ever."
  default     = 0
}

variable "more_parameters" {
  type        = map(string)
  description = "Further parameters of the template, by name."
  default     = {}
}
