// What is used of the SDK, by name, so that the bundle holds nothing else; imported when objects are copied, deleted or
// written in parts.
export {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  ListPartsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
