// What is used of the SDK, by name, so that the bundle holds nothing else; imported when a bucket is opened.
export { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
