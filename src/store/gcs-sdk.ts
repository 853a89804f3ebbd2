// What is used of the SDK, by name, so that the bundle holds nothing else; imported when a bucket is opened.
export { Storage } from "@google-cloud/storage";
