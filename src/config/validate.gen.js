// Written by test/scripts/codegen.mjs from schemas/bkcache.schema.json; change that file and run `npm run codegen`.
/* eslint-disable */
// @ts-nocheck
export const validate = validate52;
const schema19 = {"properties":{"$schema":1,"project":1,"extends":1,"bake":1,"variables":1,"backends":1,"cache":1,"trust":1,"retention":1,"mounts":1,"defaults":1,"targets":1,"groups":1,"external":1,"builder":1,"rules":1}};
const func1 = Object.prototype.hasOwnProperty;
const pattern3 = new RegExp("^[a-z0-9-]+$", "u");

function validate53(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern3.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^[a-z0-9-]+$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate53.errors = vErrors;
return errors === 0;
}

const pattern4 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");

function validate55(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern4.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^[A-Za-z_][A-Za-z0-9_]*$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate55.errors = vErrors;
return errors === 0;
}


function validate58(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.condition === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "condition"});
errors++;
}
for(const key0 in data){
if(!((key0 === "condition") || (key0 === "errorMessage"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.condition !== undefined){
let data0 = data.condition;
if(typeof data0 === "string"){
if(data0.length < 1){
vErrors = withFault(vErrors, instancePath+"/condition", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/condition", "type", {type: "string"});
errors++;
}
}
if(data.errorMessage !== undefined){
if(typeof data.errorMessage !== "string"){
vErrors = withFault(vErrors, instancePath+"/errorMessage", "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate58.errors = vErrors;
return errors === 0;
}


function validate57(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((key0 === "type") || (key0 === "default")) || (key0 === "description")) || (key0 === "validation"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if(typeof data.type !== "string"){
vErrors = withFault(vErrors, instancePath+"/type", "type", {type: "string"});
errors++;
}
}
if(data.default !== undefined){
let data1 = data.default;
if((((typeof data1 != "object") && (typeof data1 !== "string")) && (!((typeof data1 == "number") && (isFinite(data1))))) && (typeof data1 !== "boolean")){
vErrors = withFault(vErrors, instancePath+"/default", "type", {type: ["string","number","boolean","null","array","object"]});
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
vErrors = withFault(vErrors, instancePath+"/description", "type", {type: "string"});
errors++;
}
}
if(data.validation !== undefined){
let data3 = data.validation;
const _errs10 = errors;
let valid1 = false;
const _errs11 = errors;
if(!(validate58(data3, instancePath+"/validation"))){
vErrors = vErrors === null ? validate58.errors : vErrors.concat(validate58.errors);
errors = vErrors.length;
}
var _valid0 = _errs11 === errors;
valid1 = valid1 || _valid0;
const _errs12 = errors;
if(Array.isArray(data3)){
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
if(!(validate58(data3[i0], instancePath+"/validation/" + i0))){
vErrors = vErrors === null ? validate58.errors : vErrors.concat(validate58.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/validation", "type", {type: "array"});
errors++;
}
var _valid0 = _errs12 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
vErrors = withFault(vErrors, instancePath+"/validation", "anyOf", {});
errors++;
}
else {
errors = _errs10;
if(vErrors !== null){
if(_errs10){
vErrors.length = _errs10;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate57.errors = vErrors;
return errors === 0;
}

const pattern5 = new RegExp("^[a-zA-Z0-9_-]+$", "u");

function validate62(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern5.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^[a-zA-Z0-9_-]+$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate62.errors = vErrors;
return errors === 0;
}

const schema26 = {"properties":{"type":1,"path":1,"tag":1,"digest":1,"reset":1,"imageManifest":1,"ociMediatypes":1,"compression":1,"compressionLevel":1,"forceCompression":1}};

function validate66(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate66.errors = vErrors;
return errors === 0;
}


function validate65(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
if(data.path === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "path"});
errors++;
}
for(const key0 in data){
if(!(func1.call(schema26.properties, key0))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if("local" !== data.type){
vErrors = withFault(vErrors, instancePath+"/type", "const", {allowedValue: "local"});
errors++;
}
}
if(data.path !== undefined){
if(!(validate66(data.path, instancePath+"/path"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.tag !== undefined){
if(!(validate66(data.tag, instancePath+"/tag"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.digest !== undefined){
if(!(validate66(data.digest, instancePath+"/digest"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.reset !== undefined){
if(typeof data.reset !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/reset", "type", {type: "boolean"});
errors++;
}
}
if(data.imageManifest !== undefined){
if(typeof data.imageManifest !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/imageManifest", "type", {type: "boolean"});
errors++;
}
}
if(data.ociMediatypes !== undefined){
if(typeof data.ociMediatypes !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/ociMediatypes", "type", {type: "boolean"});
errors++;
}
}
if(data.compression !== undefined){
let data7 = data.compression;
if(typeof data7 !== "string"){
vErrors = withFault(vErrors, instancePath+"/compression", "type", {type: "string"});
errors++;
}
if(!((((data7 === "uncompressed") || (data7 === "gzip")) || (data7 === "estargz")) || (data7 === "zstd"))){
vErrors = withFault(vErrors, instancePath+"/compression", "enum", {allowedValues: ["uncompressed","gzip","estargz","zstd"]});
errors++;
}
}
if(data.compressionLevel !== undefined){
let data8 = data.compressionLevel;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "type", {type: "integer"});
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 22 || isNaN(data8)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "maximum", {comparison: "<=", limit: 22});
errors++;
}
if(data8 < 0 || isNaN(data8)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "minimum", {comparison: ">=", limit: 0});
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/forceCompression", "type", {type: "boolean"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate65.errors = vErrors;
return errors === 0;
}

const schema28 = {"properties":{"type":1,"url":1,"bucket":1,"prefix":1,"region":1,"profile":1,"endpointUrl":1,"usePathStyle":1,"insecure":1,"relay":1,"tier":1,"blobsPrefix":1,"manifestsPrefix":1,"touchRefresh":1,"compression":1,"compressionLevel":1,"forceCompression":1,"uploadParallelism":1,"retryMode":1,"retryMaxAttempts":1,"disableAcceptEncoding":1}};
const pattern6 = new RegExp("^[0-9]+(\\.[0-9]+)?([KMGT]i?)?B$", "u");

function validate78(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern6.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^[0-9]+(\\.[0-9]+)?([KMGT]i?)?B$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate78.errors = vErrors;
return errors === 0;
}


function validate76(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.path === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "path"});
errors++;
}
if(data.maxSize === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "maxSize"});
errors++;
}
for(const key0 in data){
if(!((key0 === "path") || (key0 === "maxSize"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.path !== undefined){
if(!(validate66(data.path, instancePath+"/path"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, instancePath+"/maxSize"))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate76.errors = vErrors;
return errors === 0;
}

const pattern7 = new RegExp("^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$", "u");

function validate83(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern7.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate83.errors = vErrors;
return errors === 0;
}


function validate70(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
for(const key0 in data){
if(!(func1.call(schema28.properties, key0))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if("s3" !== data.type){
vErrors = withFault(vErrors, instancePath+"/type", "const", {allowedValue: "s3"});
errors++;
}
}
if(data.url !== undefined){
if(!(validate66(data.url, instancePath+"/url"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.bucket !== undefined){
if(!(validate66(data.bucket, instancePath+"/bucket"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.prefix !== undefined){
if(!(validate66(data.prefix, instancePath+"/prefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.region !== undefined){
if(!(validate66(data.region, instancePath+"/region"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.profile !== undefined){
let data5 = data.profile;
if(typeof data5 !== "string"){
vErrors = withFault(vErrors, instancePath+"/profile", "type", {type: "string"});
errors++;
}
if(!(((((data5 === "aws") || (data5 === "gcs")) || (data5 === "r2")) || (data5 === "minio")) || (data5 === "ceph"))){
vErrors = withFault(vErrors, instancePath+"/profile", "enum", {allowedValues: ["aws","gcs","r2","minio","ceph"]});
errors++;
}
}
if(data.endpointUrl !== undefined){
if(!(validate66(data.endpointUrl, instancePath+"/endpointUrl"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.usePathStyle !== undefined){
if(typeof data.usePathStyle !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/usePathStyle", "type", {type: "boolean"});
errors++;
}
}
if(data.insecure !== undefined){
if(typeof data.insecure !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/insecure", "type", {type: "boolean"});
errors++;
}
}
if(data.relay !== undefined){
let data9 = data.relay;
if(typeof data9 !== "string"){
vErrors = withFault(vErrors, instancePath+"/relay", "type", {type: "string"});
errors++;
}
if(!(((data9 === "auto") || (data9 === "always")) || (data9 === "off"))){
vErrors = withFault(vErrors, instancePath+"/relay", "enum", {allowedValues: ["auto","always","off"]});
errors++;
}
}
if(data.tier !== undefined){
if(!(validate76(data.tier, instancePath+"/tier"))){
vErrors = vErrors === null ? validate76.errors : vErrors.concat(validate76.errors);
errors = vErrors.length;
}
}
if(data.blobsPrefix !== undefined){
if(!(validate66(data.blobsPrefix, instancePath+"/blobsPrefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.manifestsPrefix !== undefined){
if(!(validate66(data.manifestsPrefix, instancePath+"/manifestsPrefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.touchRefresh !== undefined){
if(!(validate83(data.touchRefresh, instancePath+"/touchRefresh"))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.compression !== undefined){
let data14 = data.compression;
if(typeof data14 !== "string"){
vErrors = withFault(vErrors, instancePath+"/compression", "type", {type: "string"});
errors++;
}
if(!((((data14 === "uncompressed") || (data14 === "gzip")) || (data14 === "estargz")) || (data14 === "zstd"))){
vErrors = withFault(vErrors, instancePath+"/compression", "enum", {allowedValues: ["uncompressed","gzip","estargz","zstd"]});
errors++;
}
}
if(data.compressionLevel !== undefined){
let data15 = data.compressionLevel;
if(!(((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15))) && (isFinite(data15)))){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "type", {type: "integer"});
errors++;
}
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 > 22 || isNaN(data15)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "maximum", {comparison: "<=", limit: 22});
errors++;
}
if(data15 < 0 || isNaN(data15)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "minimum", {comparison: ">=", limit: 0});
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/forceCompression", "type", {type: "boolean"});
errors++;
}
}
if(data.uploadParallelism !== undefined){
let data17 = data.uploadParallelism;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
vErrors = withFault(vErrors, instancePath+"/uploadParallelism", "type", {type: "integer"});
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 < 1 || isNaN(data17)){
vErrors = withFault(vErrors, instancePath+"/uploadParallelism", "minimum", {comparison: ">=", limit: 1});
errors++;
}
}
}
if(data.retryMode !== undefined){
let data18 = data.retryMode;
if(typeof data18 !== "string"){
vErrors = withFault(vErrors, instancePath+"/retryMode", "type", {type: "string"});
errors++;
}
if(!((data18 === "standard") || (data18 === "adaptive"))){
vErrors = withFault(vErrors, instancePath+"/retryMode", "enum", {allowedValues: ["standard","adaptive"]});
errors++;
}
}
if(data.retryMaxAttempts !== undefined){
let data19 = data.retryMaxAttempts;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
vErrors = withFault(vErrors, instancePath+"/retryMaxAttempts", "type", {type: "integer"});
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 < 1 || isNaN(data19)){
vErrors = withFault(vErrors, instancePath+"/retryMaxAttempts", "minimum", {comparison: ">=", limit: 1});
errors++;
}
}
}
if(data.disableAcceptEncoding !== undefined){
if(typeof data.disableAcceptEncoding !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/disableAcceptEncoding", "type", {type: "boolean"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate70.errors = vErrors;
return errors === 0;
}

const schema32 = {"properties":{"type":1,"url":1,"bucket":1,"prefix":1,"auth":1,"endpointUrl":1,"insecure":1,"relay":1,"tier":1,"blobsPrefix":1,"manifestsPrefix":1,"touchRefresh":1,"compression":1,"compressionLevel":1,"forceCompression":1,"uploadParallelism":1,"retryMode":1,"retryMaxAttempts":1}};

function validate85(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
for(const key0 in data){
if(!(func1.call(schema32.properties, key0))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if("gcs" !== data.type){
vErrors = withFault(vErrors, instancePath+"/type", "const", {allowedValue: "gcs"});
errors++;
}
}
if(data.url !== undefined){
if(!(validate66(data.url, instancePath+"/url"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.bucket !== undefined){
if(!(validate66(data.bucket, instancePath+"/bucket"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.prefix !== undefined){
if(!(validate66(data.prefix, instancePath+"/prefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.auth !== undefined){
let data4 = data.auth;
if(typeof data4 !== "string"){
vErrors = withFault(vErrors, instancePath+"/auth", "type", {type: "string"});
errors++;
}
if(!(data4 === "hmac")){
vErrors = withFault(vErrors, instancePath+"/auth", "enum", {allowedValues: ["hmac"]});
errors++;
}
}
if(data.endpointUrl !== undefined){
if(!(validate66(data.endpointUrl, instancePath+"/endpointUrl"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.insecure !== undefined){
if(typeof data.insecure !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/insecure", "type", {type: "boolean"});
errors++;
}
}
if(data.relay !== undefined){
let data7 = data.relay;
if(typeof data7 !== "string"){
vErrors = withFault(vErrors, instancePath+"/relay", "type", {type: "string"});
errors++;
}
if(!(((data7 === "auto") || (data7 === "always")) || (data7 === "off"))){
vErrors = withFault(vErrors, instancePath+"/relay", "enum", {allowedValues: ["auto","always","off"]});
errors++;
}
}
if(data.tier !== undefined){
if(!(validate76(data.tier, instancePath+"/tier"))){
vErrors = vErrors === null ? validate76.errors : vErrors.concat(validate76.errors);
errors = vErrors.length;
}
}
if(data.blobsPrefix !== undefined){
if(!(validate66(data.blobsPrefix, instancePath+"/blobsPrefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.manifestsPrefix !== undefined){
if(!(validate66(data.manifestsPrefix, instancePath+"/manifestsPrefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.touchRefresh !== undefined){
if(!(validate83(data.touchRefresh, instancePath+"/touchRefresh"))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.compression !== undefined){
let data12 = data.compression;
if(typeof data12 !== "string"){
vErrors = withFault(vErrors, instancePath+"/compression", "type", {type: "string"});
errors++;
}
if(!((((data12 === "uncompressed") || (data12 === "gzip")) || (data12 === "estargz")) || (data12 === "zstd"))){
vErrors = withFault(vErrors, instancePath+"/compression", "enum", {allowedValues: ["uncompressed","gzip","estargz","zstd"]});
errors++;
}
}
if(data.compressionLevel !== undefined){
let data13 = data.compressionLevel;
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "type", {type: "integer"});
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 22 || isNaN(data13)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "maximum", {comparison: "<=", limit: 22});
errors++;
}
if(data13 < 0 || isNaN(data13)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "minimum", {comparison: ">=", limit: 0});
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/forceCompression", "type", {type: "boolean"});
errors++;
}
}
if(data.uploadParallelism !== undefined){
let data15 = data.uploadParallelism;
if(!(((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15))) && (isFinite(data15)))){
vErrors = withFault(vErrors, instancePath+"/uploadParallelism", "type", {type: "integer"});
errors++;
}
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 < 1 || isNaN(data15)){
vErrors = withFault(vErrors, instancePath+"/uploadParallelism", "minimum", {comparison: ">=", limit: 1});
errors++;
}
}
}
if(data.retryMode !== undefined){
let data16 = data.retryMode;
if(typeof data16 !== "string"){
vErrors = withFault(vErrors, instancePath+"/retryMode", "type", {type: "string"});
errors++;
}
if(!((data16 === "standard") || (data16 === "adaptive"))){
vErrors = withFault(vErrors, instancePath+"/retryMode", "enum", {allowedValues: ["standard","adaptive"]});
errors++;
}
}
if(data.retryMaxAttempts !== undefined){
let data17 = data.retryMaxAttempts;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
vErrors = withFault(vErrors, instancePath+"/retryMaxAttempts", "type", {type: "integer"});
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 < 1 || isNaN(data17)){
vErrors = withFault(vErrors, instancePath+"/retryMaxAttempts", "minimum", {comparison: ">=", limit: 1});
errors++;
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate85.errors = vErrors;
return errors === 0;
}


function validate94(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
if(data.ref === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "ref"});
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "type") || (key0 === "ref")) || (key0 === "insecure")) || (key0 === "imageManifest")) || (key0 === "ociMediatypes")) || (key0 === "compression")) || (key0 === "compressionLevel")) || (key0 === "forceCompression"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if("registry" !== data.type){
vErrors = withFault(vErrors, instancePath+"/type", "const", {allowedValue: "registry"});
errors++;
}
}
if(data.ref !== undefined){
if(!(validate66(data.ref, instancePath+"/ref"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.insecure !== undefined){
if(typeof data.insecure !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/insecure", "type", {type: "boolean"});
errors++;
}
}
if(data.imageManifest !== undefined){
if(typeof data.imageManifest !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/imageManifest", "type", {type: "boolean"});
errors++;
}
}
if(data.ociMediatypes !== undefined){
if(typeof data.ociMediatypes !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/ociMediatypes", "type", {type: "boolean"});
errors++;
}
}
if(data.compression !== undefined){
let data5 = data.compression;
if(typeof data5 !== "string"){
vErrors = withFault(vErrors, instancePath+"/compression", "type", {type: "string"});
errors++;
}
if(!((((data5 === "uncompressed") || (data5 === "gzip")) || (data5 === "estargz")) || (data5 === "zstd"))){
vErrors = withFault(vErrors, instancePath+"/compression", "enum", {allowedValues: ["uncompressed","gzip","estargz","zstd"]});
errors++;
}
}
if(data.compressionLevel !== undefined){
let data6 = data.compressionLevel;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "type", {type: "integer"});
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 22 || isNaN(data6)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "maximum", {comparison: "<=", limit: 22});
errors++;
}
if(data6 < 0 || isNaN(data6)){
vErrors = withFault(vErrors, instancePath+"/compressionLevel", "minimum", {comparison: ">=", limit: 0});
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/forceCompression", "type", {type: "boolean"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate94.errors = vErrors;
return errors === 0;
}


function validate96(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "type") || (key0 === "scope")) || (key0 === "timeout")) || (key0 === "version")) || (key0 === "url")) || (key0 === "urlV2")) || (key0 === "repository"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if("gha" !== data.type){
vErrors = withFault(vErrors, instancePath+"/type", "const", {allowedValue: "gha"});
errors++;
}
}
if(data.scope !== undefined){
if(!(validate66(data.scope, instancePath+"/scope"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.timeout !== undefined){
if(!(validate83(data.timeout, instancePath+"/timeout"))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.version !== undefined){
let data3 = data.version;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
vErrors = withFault(vErrors, instancePath+"/version", "type", {type: "integer"});
errors++;
}
if(!((data3 === 1) || (data3 === 2))){
vErrors = withFault(vErrors, instancePath+"/version", "enum", {allowedValues: [1,2]});
errors++;
}
}
if(data.url !== undefined){
if(!(validate66(data.url, instancePath+"/url"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.urlV2 !== undefined){
if(!(validate66(data.urlV2, instancePath+"/urlV2"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.repository !== undefined){
if(!(validate66(data.repository, instancePath+"/repository"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate96.errors = vErrors;
return errors === 0;
}


function validate102(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
if(data.accountUrl === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "accountUrl"});
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "type") || (key0 === "accountUrl")) || (key0 === "accountName")) || (key0 === "container")) || (key0 === "prefix")) || (key0 === "blobsPrefix")) || (key0 === "manifestsPrefix"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if("azblob" !== data.type){
vErrors = withFault(vErrors, instancePath+"/type", "const", {allowedValue: "azblob"});
errors++;
}
}
if(data.accountUrl !== undefined){
if(!(validate66(data.accountUrl, instancePath+"/accountUrl"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.accountName !== undefined){
if(!(validate66(data.accountName, instancePath+"/accountName"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.container !== undefined){
if(!(validate66(data.container, instancePath+"/container"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.prefix !== undefined){
if(!(validate66(data.prefix, instancePath+"/prefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.blobsPrefix !== undefined){
if(!(validate66(data.blobsPrefix, instancePath+"/blobsPrefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.manifestsPrefix !== undefined){
if(!(validate66(data.manifestsPrefix, instancePath+"/manifestsPrefix"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate102.errors = vErrors;
return errors === 0;
}


function validate109(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
for(const key0 in data){
if(!((key0 === "type") || (key0 === "ref"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.type !== undefined){
if("inline" !== data.type){
vErrors = withFault(vErrors, instancePath+"/type", "const", {allowedValue: "inline"});
errors++;
}
}
if(data.ref !== undefined){
if(!(validate66(data.ref, instancePath+"/ref"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate109.errors = vErrors;
return errors === 0;
}


function validate64(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
const tag0 = data.type;
if(typeof tag0 == "string"){
if(tag0 === "local"){
if(!(validate65(data, instancePath))){
vErrors = vErrors === null ? validate65.errors : vErrors.concat(validate65.errors);
errors = vErrors.length;
}
var props0 = true;
}
else if(tag0 === "s3"){
if(!(validate70(data, instancePath))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "gcs"){
if(!(validate85(data, instancePath))){
vErrors = vErrors === null ? validate85.errors : vErrors.concat(validate85.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "registry"){
if(!(validate94(data, instancePath))){
vErrors = vErrors === null ? validate94.errors : vErrors.concat(validate94.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "gha"){
if(!(validate96(data, instancePath))){
vErrors = vErrors === null ? validate96.errors : vErrors.concat(validate96.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "azblob"){
if(!(validate102(data, instancePath))){
vErrors = vErrors === null ? validate102.errors : vErrors.concat(validate102.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "inline"){
if(!(validate109(data, instancePath))){
vErrors = vErrors === null ? validate109.errors : vErrors.concat(validate109.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else {
vErrors = withFault(vErrors, instancePath, "discriminator", {error: "mapping", tag: "type", tagValue: tag0});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "discriminator", {error: "tag", tag: "type", tagValue: tag0});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate64.errors = vErrors;
return errors === 0;
}

const schema37 = {"properties":{"read":1,"write":1,"scope":1,"scopes":1,"epoch":1,"mode":1,"ignoreError":1,"committed":1,"mounts":1,"mountBudget":1}};

function validate120(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "defaultBranch") || (key0 === "read")) || (key0 === "requests"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.defaultBranch !== undefined){
let data0 = data.defaultBranch;
if(typeof data0 === "string"){
if(data0.length < 1){
vErrors = withFault(vErrors, instancePath+"/defaultBranch", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/defaultBranch", "type", {type: "string"});
errors++;
}
}
if(data.read !== undefined){
let data1 = data.read;
if(Array.isArray(data1)){
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(typeof data2 === "string"){
if(data2.length < 1){
vErrors = withFault(vErrors, instancePath+"/read/" + i0, "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/read/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/read", "type", {type: "array"});
errors++;
}
}
if(data.requests !== undefined){
let data3 = data.requests;
if(typeof data3 !== "string"){
vErrors = withFault(vErrors, instancePath+"/requests", "type", {type: "string"});
errors++;
}
if(!((data3 === "read") || (data3 === "own"))){
vErrors = withFault(vErrors, instancePath+"/requests", "enum", {allowedValues: ["read","own"]});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate120.errors = vErrors;
return errors === 0;
}


function validate122(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "restore") || (key0 === "save")) || (key0 === "first"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.restore !== undefined){
if(!(validate83(data.restore, instancePath+"/restore"))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.save !== undefined){
if(!(validate83(data.save, instancePath+"/save"))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.first !== undefined){
if(!(validate83(data.first, instancePath+"/first"))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate122.errors = vErrors;
return errors === 0;
}


function validate119(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func1.call(schema37.properties, key0))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.read !== undefined){
let data0 = data.read;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
vErrors = withFault(vErrors, instancePath+"/read/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/read", "type", {type: "array"});
errors++;
}
}
if(data.write !== undefined){
let data2 = data.write;
if(Array.isArray(data2)){
const len1 = data2.length;
for(let i1=0; i1<len1; i1++){
if(typeof data2[i1] !== "string"){
vErrors = withFault(vErrors, instancePath+"/write/" + i1, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/write", "type", {type: "array"});
errors++;
}
}
if(data.scope !== undefined){
let data4 = data.scope;
if(typeof data4 === "string"){
if(data4.length < 1){
vErrors = withFault(vErrors, instancePath+"/scope", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/scope", "type", {type: "string"});
errors++;
}
}
if(data.scopes !== undefined){
if(!(validate120(data.scopes, instancePath+"/scopes"))){
vErrors = vErrors === null ? validate120.errors : vErrors.concat(validate120.errors);
errors = vErrors.length;
}
}
if(data.epoch !== undefined){
let data6 = data.epoch;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
vErrors = withFault(vErrors, instancePath+"/epoch", "type", {type: "integer"});
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 999999 || isNaN(data6)){
vErrors = withFault(vErrors, instancePath+"/epoch", "maximum", {comparison: "<=", limit: 999999});
errors++;
}
if(data6 < 0 || isNaN(data6)){
vErrors = withFault(vErrors, instancePath+"/epoch", "minimum", {comparison: ">=", limit: 0});
errors++;
}
}
}
if(data.mode !== undefined){
let data7 = data.mode;
if(typeof data7 !== "string"){
vErrors = withFault(vErrors, instancePath+"/mode", "type", {type: "string"});
errors++;
}
if(!((data7 === "min") || (data7 === "max"))){
vErrors = withFault(vErrors, instancePath+"/mode", "enum", {allowedValues: ["min","max"]});
errors++;
}
}
if(data.ignoreError !== undefined){
if(typeof data.ignoreError !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/ignoreError", "type", {type: "boolean"});
errors++;
}
}
if(data.committed !== undefined){
let data9 = data.committed;
if(typeof data9 !== "string"){
vErrors = withFault(vErrors, instancePath+"/committed", "type", {type: "string"});
errors++;
}
if(!(((data9 === "off") || (data9 === "read")) || (data9 === "read-write"))){
vErrors = withFault(vErrors, instancePath+"/committed", "enum", {allowedValues: ["off","read","read-write"]});
errors++;
}
}
if(data.mounts !== undefined){
let data10 = data.mounts;
const _errs22 = errors;
let valid5 = false;
const _errs23 = errors;
if(typeof data10 !== "string"){
vErrors = withFault(vErrors, instancePath+"/mounts", "type", {type: "string"});
errors++;
}
var _valid0 = _errs23 === errors;
valid5 = valid5 || _valid0;
const _errs25 = errors;
if(false !== data10){
vErrors = withFault(vErrors, instancePath+"/mounts", "const", {allowedValue: false});
errors++;
}
var _valid0 = _errs25 === errors;
valid5 = valid5 || _valid0;
if(!valid5){
vErrors = withFault(vErrors, instancePath+"/mounts", "anyOf", {});
errors++;
}
else {
errors = _errs22;
if(vErrors !== null){
if(_errs22){
vErrors.length = _errs22;
}
else {
vErrors = null;
}
}
}
}
if(data.mountBudget !== undefined){
if(!(validate122(data.mountBudget, instancePath+"/mountBudget"))){
vErrors = vErrors === null ? validate122.errors : vErrors.concat(validate122.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate119.errors = vErrors;
return errors === 0;
}

const pattern8 = new RegExp("^[a-z0-9][a-z0-9-]{0,31}$", "u");

function validate128(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern8.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^[a-z0-9][a-z0-9-]{0,31}$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate128.errors = vErrors;
return errors === 0;
}


function validate130(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.when === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "when"});
errors++;
}
for(const key0 in data){
if(!(((key0 === "when") || (key0 === "reads")) || (key0 === "cache"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.when !== undefined){
let data0 = data.when;
const _errs3 = errors;
let valid1 = false;
const _errs4 = errors;
if(typeof data0 !== "string"){
vErrors = withFault(vErrors, instancePath+"/when", "type", {type: "string"});
errors++;
}
var _valid0 = _errs4 === errors;
valid1 = valid1 || _valid0;
const _errs6 = errors;
if(Array.isArray(data0)){
if(data0.length < 1){
vErrors = withFault(vErrors, instancePath+"/when", "minItems", {limit: 1});
errors++;
}
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
vErrors = withFault(vErrors, instancePath+"/when/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/when", "type", {type: "array"});
errors++;
}
var _valid0 = _errs6 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
vErrors = withFault(vErrors, instancePath+"/when", "anyOf", {});
errors++;
}
else {
errors = _errs3;
if(vErrors !== null){
if(_errs3){
vErrors.length = _errs3;
}
else {
vErrors = null;
}
}
}
}
if(data.reads !== undefined){
let data2 = data.reads;
if(Array.isArray(data2)){
const len1 = data2.length;
for(let i1=0; i1<len1; i1++){
if(typeof data2[i1] !== "string"){
vErrors = withFault(vErrors, instancePath+"/reads/" + i1, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/reads", "type", {type: "array"});
errors++;
}
}
if(data.cache !== undefined){
let data4 = data.cache;
if(typeof data4 !== "string"){
vErrors = withFault(vErrors, instancePath+"/cache", "type", {type: "string"});
errors++;
}
if(!(((data4 === "off") || (data4 === "read")) || (data4 === "read-write"))){
vErrors = withFault(vErrors, instancePath+"/cache", "enum", {allowedValues: ["off","read","read-write"]});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate130.errors = vErrors;
return errors === 0;
}

const pattern9 = new RegExp("^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$", "u");

function validate133(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern9.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate133.errors = vErrors;
return errors === 0;
}


function validate137(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "keepWithin") || (key0 === "keepLast")) || (key0 === "maxSize"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.keepWithin !== undefined){
if(!(validate133(data.keepWithin, instancePath+"/keepWithin"))){
vErrors = vErrors === null ? validate133.errors : vErrors.concat(validate133.errors);
errors = vErrors.length;
}
}
if(data.keepLast !== undefined){
let data1 = data.keepLast;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
vErrors = withFault(vErrors, instancePath+"/keepLast", "type", {type: "integer"});
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 < 1 || isNaN(data1)){
vErrors = withFault(vErrors, instancePath+"/keepLast", "minimum", {comparison: ">=", limit: 1});
errors++;
}
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, instancePath+"/maxSize"))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate137.errors = vErrors;
return errors === 0;
}


function validate132(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((key0 === "keepWithin") || (key0 === "keepLast")) || (key0 === "maxSize")) || (key0 === "grace")) || (key0 === "layers")) || (key0 === "mounts"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.keepWithin !== undefined){
if(!(validate133(data.keepWithin, instancePath+"/keepWithin"))){
vErrors = vErrors === null ? validate133.errors : vErrors.concat(validate133.errors);
errors = vErrors.length;
}
}
if(data.keepLast !== undefined){
let data1 = data.keepLast;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
vErrors = withFault(vErrors, instancePath+"/keepLast", "type", {type: "integer"});
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 < 1 || isNaN(data1)){
vErrors = withFault(vErrors, instancePath+"/keepLast", "minimum", {comparison: ">=", limit: 1});
errors++;
}
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, instancePath+"/maxSize"))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
if(data.grace !== undefined){
if(!(validate133(data.grace, instancePath+"/grace"))){
vErrors = vErrors === null ? validate133.errors : vErrors.concat(validate133.errors);
errors = vErrors.length;
}
}
if(data.layers !== undefined){
let data4 = data.layers;
const _errs8 = errors;
let valid1 = false;
const _errs9 = errors;
if(!(validate137(data4, instancePath+"/layers"))){
vErrors = vErrors === null ? validate137.errors : vErrors.concat(validate137.errors);
errors = vErrors.length;
}
var _valid0 = _errs9 === errors;
valid1 = valid1 || _valid0;
const _errs10 = errors;
if(false !== data4){
vErrors = withFault(vErrors, instancePath+"/layers", "const", {allowedValue: false});
errors++;
}
var _valid0 = _errs10 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
vErrors = withFault(vErrors, instancePath+"/layers", "anyOf", {});
errors++;
}
else {
errors = _errs8;
if(vErrors !== null){
if(_errs8){
vErrors.length = _errs8;
}
else {
vErrors = null;
}
}
}
}
if(data.mounts !== undefined){
let data5 = data.mounts;
const _errs12 = errors;
let valid2 = false;
const _errs13 = errors;
if(!(validate137(data5, instancePath+"/mounts"))){
vErrors = vErrors === null ? validate137.errors : vErrors.concat(validate137.errors);
errors = vErrors.length;
}
var _valid1 = _errs13 === errors;
valid2 = valid2 || _valid1;
const _errs14 = errors;
if(false !== data5){
vErrors = withFault(vErrors, instancePath+"/mounts", "const", {allowedValue: false});
errors++;
}
var _valid1 = _errs14 === errors;
valid2 = valid2 || _valid1;
if(!valid2){
vErrors = withFault(vErrors, instancePath+"/mounts", "anyOf", {});
errors++;
}
else {
errors = _errs12;
if(vErrors !== null){
if(_errs12){
vErrors.length = _errs12;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate132.errors = vErrors;
return errors === 0;
}


function validate144(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
if(!(((((((((((((((((((((((((((((((((((((data === "go-mod") || (data === "go-build")) || (data === "npm")) || (data === "pnpm")) || (data === "yarn-classic")) || (data === "yarn-berry")) || (data === "bun")) || (data === "turbo")) || (data === "nx")) || (data === "next")) || (data === "deno")) || (data === "pip")) || (data === "uv")) || (data === "poetry")) || (data === "pdm")) || (data === "pipenv")) || (data === "conda")) || (data === "cargo-registry")) || (data === "cargo-git")) || (data === "cargo-target")) || (data === "apt")) || (data === "apt-lists")) || (data === "apk")) || (data === "dnf")) || (data === "dnf5")) || (data === "maven")) || (data === "gradle")) || (data === "sbt")) || (data === "nuget")) || (data === "composer")) || (data === "bundler")) || (data === "gem")) || (data === "hex")) || (data === "ccache")) || (data === "sccache")) || (data === "conan")) || (data === "vcpkg"))){
vErrors = withFault(vErrors, instancePath, "enum", {allowedValues: ["go-mod","go-build","npm","pnpm","yarn-classic","yarn-berry","bun","turbo","nx","next","deno","pip","uv","poetry","pdm","pipenv","conda","cargo-registry","cargo-git","cargo-target","apt","apt-lists","apk","dnf","dnf5","maven","gradle","sbt","nuget","composer","bundler","gem","hex","ccache","sccache","conan","vcpkg"]});
errors++;
}
validate144.errors = vErrors;
return errors === 0;
}

const schema46 = {"properties":{"preset":1,"id":1,"target":1,"sharing":1,"uid":1,"gid":1,"mode":1,"perArch":1,"env":1,"key":1,"maxSize":1,"persist":1}};
const pattern10 = new RegExp("^[a-zA-Z0-9_./-]+$", "u");
const pattern11 = new RegExp("^/", "u");

function validate146(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func1.call(schema46.properties, key0))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.preset !== undefined){
if(!(validate144(data.preset, instancePath+"/preset"))){
vErrors = vErrors === null ? validate144.errors : vErrors.concat(validate144.errors);
errors = vErrors.length;
}
}
if(data.id !== undefined){
let data1 = data.id;
if(typeof data1 === "string"){
if(!pattern10.test(data1)){
vErrors = withFault(vErrors, instancePath+"/id", "pattern", {pattern: "^[a-zA-Z0-9_./-]+$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/id", "type", {type: "string"});
errors++;
}
}
if(data.target !== undefined){
let data2 = data.target;
if(typeof data2 === "string"){
if(!pattern11.test(data2)){
vErrors = withFault(vErrors, instancePath+"/target", "pattern", {pattern: "^/"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/target", "type", {type: "string"});
errors++;
}
}
if(data.sharing !== undefined){
let data3 = data.sharing;
if(typeof data3 !== "string"){
vErrors = withFault(vErrors, instancePath+"/sharing", "type", {type: "string"});
errors++;
}
if(!(((data3 === "shared") || (data3 === "private")) || (data3 === "locked"))){
vErrors = withFault(vErrors, instancePath+"/sharing", "enum", {allowedValues: ["shared","private","locked"]});
errors++;
}
}
if(data.uid !== undefined){
let data4 = data.uid;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
vErrors = withFault(vErrors, instancePath+"/uid", "type", {type: "integer"});
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 < 0 || isNaN(data4)){
vErrors = withFault(vErrors, instancePath+"/uid", "minimum", {comparison: ">=", limit: 0});
errors++;
}
}
}
if(data.gid !== undefined){
let data5 = data.gid;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
vErrors = withFault(vErrors, instancePath+"/gid", "type", {type: "integer"});
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 < 0 || isNaN(data5)){
vErrors = withFault(vErrors, instancePath+"/gid", "minimum", {comparison: ">=", limit: 0});
errors++;
}
}
}
if(data.mode !== undefined){
if(typeof data.mode !== "string"){
vErrors = withFault(vErrors, instancePath+"/mode", "type", {type: "string"});
errors++;
}
}
if(data.perArch !== undefined){
if(typeof data.perArch !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/perArch", "type", {type: "boolean"});
errors++;
}
}
if(data.env !== undefined){
let data8 = data.env;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key1 in data8){
const _errs19 = errors;
if(!(validate55(key1, instancePath+"/env"))){
vErrors = vErrors === null ? validate55.errors : vErrors.concat(validate55.errors);
errors = vErrors.length;
}
var valid1 = _errs19 === errors;
if(!valid1){
vErrors = withFault(vErrors, instancePath+"/env", "propertyNames", {propertyName: key1});
errors++;
}
}
for(const key2 in data8){
if(typeof data8[key2] !== "string"){
vErrors = withFault(vErrors, instancePath+"/env/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/env", "type", {type: "object"});
errors++;
}
}
if(data.key !== undefined){
let data10 = data.key;
if(Array.isArray(data10)){
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
let data11 = data10[i0];
if(typeof data11 === "string"){
if(data11.length < 1){
vErrors = withFault(vErrors, instancePath+"/key/" + i0, "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/key/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/key", "type", {type: "array"});
errors++;
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, instancePath+"/maxSize"))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
if(data.persist !== undefined){
if(typeof data.persist !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/persist", "type", {type: "boolean"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate146.errors = vErrors;
return errors === 0;
}

const pattern12 = new RegExp("^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$", "u");

function validate153(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data === "string"){
if(!pattern12.test(data)){
vErrors = withFault(vErrors, instancePath, "pattern", {pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
validate153.errors = vErrors;
return errors === 0;
}


function validate158(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "type"});
errors++;
}
for(const key0 in data){
if(!(key0 === "type")){
let data0 = data[key0];
if(((typeof data0 !== "string") && (!((typeof data0 == "number") && (isFinite(data0))))) && (typeof data0 !== "boolean")){
vErrors = withFault(vErrors, instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: ["string","number","boolean"]});
errors++;
}
}
}
if(data.type !== undefined){
let data1 = data.type;
if(typeof data1 === "string"){
if(data1.length < 1){
vErrors = withFault(vErrors, instancePath+"/type", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/type", "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate158.errors = vErrors;
return errors === 0;
}


function validate156(data, instancePath = ""){
let vErrors = null;
let errors = 0;
const _errs0 = errors;
let valid0 = false;
const _errs1 = errors;
if(!(validate66(data, instancePath))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid0 = _errs1 === errors;
valid0 = valid0 || _valid0;
const _errs2 = errors;
if(!(validate158(data, instancePath))){
vErrors = vErrors === null ? validate158.errors : vErrors.concat(validate158.errors);
errors = vErrors.length;
}
var _valid0 = _errs2 === errors;
valid0 = valid0 || _valid0;
if(_valid0){
var props0 = true;
}
if(!valid0){
vErrors = withFault(vErrors, instancePath, "anyOf", {});
errors++;
}
else {
errors = _errs0;
if(vErrors !== null){
if(_errs0){
vErrors.length = _errs0;
}
else {
vErrors = null;
}
}
}
validate156.errors = vErrors;
return errors === 0;
}


function validate180(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((key0 === "filename") || (key0 === "reset")) || (key0 === "disabled")) || (key0 === "strict")) || (key0 === "logLevel"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.filename !== undefined){
if(!(validate66(data.filename, instancePath+"/filename"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.reset !== undefined){
if(typeof data.reset !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/reset", "type", {type: "boolean"});
errors++;
}
}
if(data.disabled !== undefined){
if(typeof data.disabled !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/disabled", "type", {type: "boolean"});
errors++;
}
}
if(data.strict !== undefined){
if(typeof data.strict !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/strict", "type", {type: "boolean"});
errors++;
}
}
if(data.logLevel !== undefined){
if(!(validate66(data.logLevel, instancePath+"/logLevel"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate180.errors = vErrors;
return errors === 0;
}


function validate185(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((((key0 === "memory") || (key0 === "memorySwap")) || (key0 === "cpuShares")) || (key0 === "cpuPeriod")) || (key0 === "cpuQuota")) || (key0 === "cpusetCpus")) || (key0 === "cpusetMems"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.memory !== undefined){
if(!(validate66(data.memory, instancePath+"/memory"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.memorySwap !== undefined){
if(!(validate66(data.memorySwap, instancePath+"/memorySwap"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpuShares !== undefined){
if(!(validate66(data.cpuShares, instancePath+"/cpuShares"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpuPeriod !== undefined){
if(!(validate66(data.cpuPeriod, instancePath+"/cpuPeriod"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpuQuota !== undefined){
if(!(validate66(data.cpuQuota, instancePath+"/cpuQuota"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpusetCpus !== undefined){
if(!(validate66(data.cpusetCpus, instancePath+"/cpusetCpus"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpusetMems !== undefined){
if(!(validate66(data.cpusetMems, instancePath+"/cpusetMems"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate185.errors = vErrors;
return errors === 0;
}


function validate195(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.id === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "id"});
errors++;
}
for(const key0 in data){
if(!(((key0 === "id") || (key0 === "src")) || (key0 === "env"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.id !== undefined){
if(!(validate66(data.id, instancePath+"/id"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.src !== undefined){
if(!(validate66(data.src, instancePath+"/src"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.env !== undefined){
if(!(validate66(data.env, instancePath+"/env"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate195.errors = vErrors;
return errors === 0;
}


function validate202(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.id === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "id"});
errors++;
}
for(const key0 in data){
if(!((key0 === "id") || (key0 === "paths"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.id !== undefined){
if(!(validate66(data.id, instancePath+"/id"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.paths !== undefined){
let data1 = data.paths;
if(Array.isArray(data1)){
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
if(!(validate66(data1[i0], instancePath+"/paths/" + i0))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/paths", "type", {type: "array"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate202.errors = vErrors;
return errors === 0;
}


function validate151(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.annotations !== undefined){
let data0 = data.annotations;
const _errs2 = errors;
let valid1 = false;
const _errs3 = errors;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(!(validate66(data0[i0], instancePath+"/annotations/" + i0))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/annotations", "type", {type: "array"});
errors++;
}
var _valid0 = _errs3 === errors;
valid1 = valid1 || _valid0;
const _errs6 = errors;
if(!(validate153(data0, instancePath+"/annotations"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid0 = _errs6 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
vErrors = withFault(vErrors, instancePath+"/annotations", "anyOf", {});
errors++;
}
else {
errors = _errs2;
if(vErrors !== null){
if(_errs2){
vErrors.length = _errs2;
}
else {
vErrors = null;
}
}
}
}
if(data.args !== undefined){
let data2 = data.args;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key0 in data2){
let data3 = data2[key0];
const _errs11 = errors;
let valid5 = false;
const _errs12 = errors;
if(!(validate66(data3, instancePath+"/args/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid1 = _errs12 === errors;
valid5 = valid5 || _valid1;
const _errs13 = errors;
if(data3 !== null){
vErrors = withFault(vErrors, instancePath+"/args/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: "null"});
errors++;
}
var _valid1 = _errs13 === errors;
valid5 = valid5 || _valid1;
if(!valid5){
vErrors = withFault(vErrors, instancePath+"/args/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"), "anyOf", {});
errors++;
}
else {
errors = _errs11;
if(vErrors !== null){
if(_errs11){
vErrors.length = _errs11;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/args", "type", {type: "object"});
errors++;
}
}
if(data.attest !== undefined){
let data4 = data.attest;
if(Array.isArray(data4)){
const len1 = data4.length;
for(let i1=0; i1<len1; i1++){
if(!(validate156(data4[i1], instancePath+"/attest/" + i1))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/attest", "type", {type: "array"});
errors++;
}
}
if(data.call !== undefined){
if(!(validate66(data.call, instancePath+"/call"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.context !== undefined){
if(!(validate66(data.context, instancePath+"/context"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.contexts !== undefined){
let data8 = data.contexts;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key1 in data8){
if(!(validate66(data8[key1], instancePath+"/contexts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/contexts", "type", {type: "object"});
errors++;
}
}
if(data.description !== undefined){
if(!(validate66(data.description, instancePath+"/description"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.dockerfile !== undefined){
if(!(validate66(data.dockerfile, instancePath+"/dockerfile"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.dockerfileInline !== undefined){
if(!(validate66(data.dockerfileInline, instancePath+"/dockerfileInline"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.entitlements !== undefined){
let data13 = data.entitlements;
const _errs28 = errors;
let valid9 = false;
const _errs29 = errors;
if(Array.isArray(data13)){
const len2 = data13.length;
for(let i2=0; i2<len2; i2++){
if(!(validate66(data13[i2], instancePath+"/entitlements/" + i2))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/entitlements", "type", {type: "array"});
errors++;
}
var _valid2 = _errs29 === errors;
valid9 = valid9 || _valid2;
const _errs32 = errors;
if(!(validate153(data13, instancePath+"/entitlements"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid2 = _errs32 === errors;
valid9 = valid9 || _valid2;
if(!valid9){
vErrors = withFault(vErrors, instancePath+"/entitlements", "anyOf", {});
errors++;
}
else {
errors = _errs28;
if(vErrors !== null){
if(_errs28){
vErrors.length = _errs28;
}
else {
vErrors = null;
}
}
}
}
if(data.extraHosts !== undefined){
let data15 = data.extraHosts;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
for(const key2 in data15){
if(!(validate66(data15[key2], instancePath+"/extraHosts/" + key2.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/extraHosts", "type", {type: "object"});
errors++;
}
}
if(data.labels !== undefined){
let data17 = data.labels;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
for(const key3 in data17){
let data18 = data17[key3];
const _errs41 = errors;
let valid14 = false;
const _errs42 = errors;
if(!(validate66(data18, instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid3 = _errs42 === errors;
valid14 = valid14 || _valid3;
const _errs43 = errors;
if(data18 !== null){
vErrors = withFault(vErrors, instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: "null"});
errors++;
}
var _valid3 = _errs43 === errors;
valid14 = valid14 || _valid3;
if(!valid14){
vErrors = withFault(vErrors, instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"), "anyOf", {});
errors++;
}
else {
errors = _errs41;
if(vErrors !== null){
if(_errs41){
vErrors.length = _errs41;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/labels", "type", {type: "object"});
errors++;
}
}
if(data.network !== undefined){
if(!(validate66(data.network, instancePath+"/network"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.noCache !== undefined){
let data20 = data.noCache;
const _errs47 = errors;
let valid15 = false;
const _errs48 = errors;
if(typeof data20 !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/noCache", "type", {type: "boolean"});
errors++;
}
var _valid4 = _errs48 === errors;
valid15 = valid15 || _valid4;
const _errs50 = errors;
if(!(validate153(data20, instancePath+"/noCache"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid4 = _errs50 === errors;
valid15 = valid15 || _valid4;
if(!valid15){
vErrors = withFault(vErrors, instancePath+"/noCache", "anyOf", {});
errors++;
}
else {
errors = _errs47;
if(vErrors !== null){
if(_errs47){
vErrors.length = _errs47;
}
else {
vErrors = null;
}
}
}
}
if(data.noCacheFilter !== undefined){
let data21 = data.noCacheFilter;
const _errs52 = errors;
let valid16 = false;
const _errs53 = errors;
if(Array.isArray(data21)){
const len3 = data21.length;
for(let i3=0; i3<len3; i3++){
if(!(validate66(data21[i3], instancePath+"/noCacheFilter/" + i3))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/noCacheFilter", "type", {type: "array"});
errors++;
}
var _valid5 = _errs53 === errors;
valid16 = valid16 || _valid5;
const _errs56 = errors;
if(!(validate153(data21, instancePath+"/noCacheFilter"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid5 = _errs56 === errors;
valid16 = valid16 || _valid5;
if(!valid16){
vErrors = withFault(vErrors, instancePath+"/noCacheFilter", "anyOf", {});
errors++;
}
else {
errors = _errs52;
if(vErrors !== null){
if(_errs52){
vErrors.length = _errs52;
}
else {
vErrors = null;
}
}
}
}
if(data.output !== undefined){
let data23 = data.output;
const _errs58 = errors;
let valid19 = false;
const _errs59 = errors;
if(Array.isArray(data23)){
const len4 = data23.length;
for(let i4=0; i4<len4; i4++){
if(!(validate156(data23[i4], instancePath+"/output/" + i4))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/output", "type", {type: "array"});
errors++;
}
var _valid6 = _errs59 === errors;
valid19 = valid19 || _valid6;
const _errs62 = errors;
if(!(validate153(data23, instancePath+"/output"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid6 = _errs62 === errors;
valid19 = valid19 || _valid6;
if(!valid19){
vErrors = withFault(vErrors, instancePath+"/output", "anyOf", {});
errors++;
}
else {
errors = _errs58;
if(vErrors !== null){
if(_errs58){
vErrors.length = _errs58;
}
else {
vErrors = null;
}
}
}
}
if(data.platforms !== undefined){
let data25 = data.platforms;
const _errs64 = errors;
let valid22 = false;
const _errs65 = errors;
if(Array.isArray(data25)){
const len5 = data25.length;
for(let i5=0; i5<len5; i5++){
if(!(validate66(data25[i5], instancePath+"/platforms/" + i5))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/platforms", "type", {type: "array"});
errors++;
}
var _valid7 = _errs65 === errors;
valid22 = valid22 || _valid7;
const _errs68 = errors;
if(!(validate153(data25, instancePath+"/platforms"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid7 = _errs68 === errors;
valid22 = valid22 || _valid7;
if(!valid22){
vErrors = withFault(vErrors, instancePath+"/platforms", "anyOf", {});
errors++;
}
else {
errors = _errs64;
if(vErrors !== null){
if(_errs64){
vErrors.length = _errs64;
}
else {
vErrors = null;
}
}
}
}
if(data.policy !== undefined){
let data27 = data.policy;
if(Array.isArray(data27)){
const len6 = data27.length;
for(let i6=0; i6<len6; i6++){
let data28 = data27[i6];
const _errs72 = errors;
let valid27 = false;
const _errs73 = errors;
if(!(validate66(data28, instancePath+"/policy/" + i6))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid8 = _errs73 === errors;
valid27 = valid27 || _valid8;
const _errs74 = errors;
if(!(validate180(data28, instancePath+"/policy/" + i6))){
vErrors = vErrors === null ? validate180.errors : vErrors.concat(validate180.errors);
errors = vErrors.length;
}
var _valid8 = _errs74 === errors;
valid27 = valid27 || _valid8;
if(!valid27){
vErrors = withFault(vErrors, instancePath+"/policy/" + i6, "anyOf", {});
errors++;
}
else {
errors = _errs72;
if(vErrors !== null){
if(_errs72){
vErrors.length = _errs72;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/policy", "type", {type: "array"});
errors++;
}
}
if(data.pull !== undefined){
let data29 = data.pull;
const _errs76 = errors;
let valid28 = false;
const _errs77 = errors;
if(typeof data29 !== "boolean"){
vErrors = withFault(vErrors, instancePath+"/pull", "type", {type: "boolean"});
errors++;
}
var _valid9 = _errs77 === errors;
valid28 = valid28 || _valid9;
const _errs79 = errors;
if(!(validate153(data29, instancePath+"/pull"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid9 = _errs79 === errors;
valid28 = valid28 || _valid9;
if(!valid28){
vErrors = withFault(vErrors, instancePath+"/pull", "anyOf", {});
errors++;
}
else {
errors = _errs76;
if(vErrors !== null){
if(_errs76){
vErrors.length = _errs76;
}
else {
vErrors = null;
}
}
}
}
if(data.resources !== undefined){
if(!(validate185(data.resources, instancePath+"/resources"))){
vErrors = vErrors === null ? validate185.errors : vErrors.concat(validate185.errors);
errors = vErrors.length;
}
}
if(data.secret !== undefined){
let data31 = data.secret;
if(Array.isArray(data31)){
const len7 = data31.length;
for(let i7=0; i7<len7; i7++){
let data32 = data31[i7];
const _errs84 = errors;
let valid31 = false;
const _errs85 = errors;
if(!(validate66(data32, instancePath+"/secret/" + i7))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid10 = _errs85 === errors;
valid31 = valid31 || _valid10;
const _errs86 = errors;
if(!(validate195(data32, instancePath+"/secret/" + i7))){
vErrors = vErrors === null ? validate195.errors : vErrors.concat(validate195.errors);
errors = vErrors.length;
}
var _valid10 = _errs86 === errors;
valid31 = valid31 || _valid10;
if(!valid31){
vErrors = withFault(vErrors, instancePath+"/secret/" + i7, "anyOf", {});
errors++;
}
else {
errors = _errs84;
if(vErrors !== null){
if(_errs84){
vErrors.length = _errs84;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/secret", "type", {type: "array"});
errors++;
}
}
if(data.shmSize !== undefined){
if(!(validate66(data.shmSize, instancePath+"/shmSize"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.ssh !== undefined){
let data34 = data.ssh;
if(Array.isArray(data34)){
const len8 = data34.length;
for(let i8=0; i8<len8; i8++){
let data35 = data34[i8];
const _errs91 = errors;
let valid34 = false;
const _errs92 = errors;
if(!(validate66(data35, instancePath+"/ssh/" + i8))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid11 = _errs92 === errors;
valid34 = valid34 || _valid11;
const _errs93 = errors;
if(!(validate202(data35, instancePath+"/ssh/" + i8))){
vErrors = vErrors === null ? validate202.errors : vErrors.concat(validate202.errors);
errors = vErrors.length;
}
var _valid11 = _errs93 === errors;
valid34 = valid34 || _valid11;
if(!valid34){
vErrors = withFault(vErrors, instancePath+"/ssh/" + i8, "anyOf", {});
errors++;
}
else {
errors = _errs91;
if(vErrors !== null){
if(_errs91){
vErrors.length = _errs91;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/ssh", "type", {type: "array"});
errors++;
}
}
if(data.tags !== undefined){
let data36 = data.tags;
const _errs95 = errors;
let valid35 = false;
const _errs96 = errors;
if(Array.isArray(data36)){
const len9 = data36.length;
for(let i9=0; i9<len9; i9++){
if(!(validate66(data36[i9], instancePath+"/tags/" + i9))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/tags", "type", {type: "array"});
errors++;
}
var _valid12 = _errs96 === errors;
valid35 = valid35 || _valid12;
const _errs99 = errors;
if(!(validate153(data36, instancePath+"/tags"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid12 = _errs99 === errors;
valid35 = valid35 || _valid12;
if(!valid35){
vErrors = withFault(vErrors, instancePath+"/tags", "anyOf", {});
errors++;
}
else {
errors = _errs95;
if(vErrors !== null){
if(_errs95){
vErrors.length = _errs95;
}
else {
vErrors = null;
}
}
}
}
if(data.target !== undefined){
if(!(validate66(data.target, instancePath+"/target"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.ulimits !== undefined){
let data39 = data.ulimits;
const _errs102 = errors;
let valid38 = false;
const _errs103 = errors;
if(Array.isArray(data39)){
const len10 = data39.length;
for(let i10=0; i10<len10; i10++){
if(!(validate66(data39[i10], instancePath+"/ulimits/" + i10))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/ulimits", "type", {type: "array"});
errors++;
}
var _valid13 = _errs103 === errors;
valid38 = valid38 || _valid13;
const _errs106 = errors;
if(!(validate153(data39, instancePath+"/ulimits"))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid13 = _errs106 === errors;
valid38 = valid38 || _valid13;
if(!valid38){
vErrors = withFault(vErrors, instancePath+"/ulimits", "anyOf", {});
errors++;
}
else {
errors = _errs102;
if(vErrors !== null){
if(_errs102){
vErrors.length = _errs102;
}
else {
vErrors = null;
}
}
}
}
if(data.cacheFrom !== undefined){
let data41 = data.cacheFrom;
const _errs108 = errors;
let valid41 = false;
const _errs109 = errors;
if(Array.isArray(data41)){
const len11 = data41.length;
for(let i11=0; i11<len11; i11++){
if(!(validate156(data41[i11], instancePath+"/cacheFrom/" + i11))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/cacheFrom", "type", {type: "array"});
errors++;
}
var _valid14 = _errs109 === errors;
valid41 = valid41 || _valid14;
const _errs112 = errors;
if(false !== data41){
vErrors = withFault(vErrors, instancePath+"/cacheFrom", "const", {allowedValue: false});
errors++;
}
var _valid14 = _errs112 === errors;
valid41 = valid41 || _valid14;
if(!valid41){
vErrors = withFault(vErrors, instancePath+"/cacheFrom", "anyOf", {});
errors++;
}
else {
errors = _errs108;
if(vErrors !== null){
if(_errs108){
vErrors.length = _errs108;
}
else {
vErrors = null;
}
}
}
}
if(data.cacheTo !== undefined){
let data43 = data.cacheTo;
const _errs114 = errors;
let valid44 = false;
const _errs115 = errors;
if(Array.isArray(data43)){
const len12 = data43.length;
for(let i12=0; i12<len12; i12++){
if(!(validate156(data43[i12], instancePath+"/cacheTo/" + i12))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/cacheTo", "type", {type: "array"});
errors++;
}
var _valid15 = _errs115 === errors;
valid44 = valid44 || _valid15;
const _errs118 = errors;
if(false !== data43){
vErrors = withFault(vErrors, instancePath+"/cacheTo", "const", {allowedValue: false});
errors++;
}
var _valid15 = _errs118 === errors;
valid44 = valid44 || _valid15;
if(!valid44){
vErrors = withFault(vErrors, instancePath+"/cacheTo", "anyOf", {});
errors++;
}
else {
errors = _errs114;
if(vErrors !== null){
if(_errs114){
vErrors.length = _errs114;
}
else {
vErrors = null;
}
}
}
}
if(data.cache !== undefined){
let data45 = data.cache;
const _errs120 = errors;
let valid47 = false;
const _errs121 = errors;
if(!(validate119(data45, instancePath+"/cache"))){
vErrors = vErrors === null ? validate119.errors : vErrors.concat(validate119.errors);
errors = vErrors.length;
}
var _valid16 = _errs121 === errors;
valid47 = valid47 || _valid16;
const _errs122 = errors;
if(false !== data45){
vErrors = withFault(vErrors, instancePath+"/cache", "const", {allowedValue: false});
errors++;
}
var _valid16 = _errs122 === errors;
valid47 = valid47 || _valid16;
if(!valid47){
vErrors = withFault(vErrors, instancePath+"/cache", "anyOf", {});
errors++;
}
else {
errors = _errs120;
if(vErrors !== null){
if(_errs120){
vErrors.length = _errs120;
}
else {
vErrors = null;
}
}
}
}
if(data.mounts !== undefined){
let data46 = data.mounts;
if(Array.isArray(data46)){
const len13 = data46.length;
for(let i13=0; i13<len13; i13++){
if(typeof data46[i13] !== "string"){
vErrors = withFault(vErrors, instancePath+"/mounts/" + i13, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/mounts", "type", {type: "array"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate151.errors = vErrors;
return errors === 0;
}


function validate216(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(!(validate151(data, instancePath))){
vErrors = vErrors === null ? validate151.errors : vErrors.concat(validate151.errors);
errors = vErrors.length;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.inherits !== undefined){
let data0 = data.inherits;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
vErrors = withFault(vErrors, instancePath+"/inherits/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/inherits", "type", {type: "array"});
errors++;
}
}
if(data.matrix !== undefined){
let data2 = data.matrix;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key0 in data2){
const _errs8 = errors;
if(!(validate55(key0, instancePath+"/matrix"))){
vErrors = vErrors === null ? validate55.errors : vErrors.concat(validate55.errors);
errors = vErrors.length;
}
var valid4 = _errs8 === errors;
if(!valid4){
vErrors = withFault(vErrors, instancePath+"/matrix", "propertyNames", {propertyName: key0});
errors++;
}
}
for(const key1 in data2){
let data3 = data2[key1];
if(Array.isArray(data3)){
const len1 = data3.length;
for(let i1=0; i1<len1; i1++){
let data4 = data3[i1];
const _errs13 = errors;
let valid8 = false;
const _errs14 = errors;
if(typeof data4 !== "string"){
vErrors = withFault(vErrors, instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1, "type", {type: "string"});
errors++;
}
var _valid0 = _errs14 === errors;
valid8 = valid8 || _valid0;
const _errs16 = errors;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
if(typeof data4[key2] !== "string"){
vErrors = withFault(vErrors, instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1+"/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1, "type", {type: "object"});
errors++;
}
var _valid0 = _errs16 === errors;
valid8 = valid8 || _valid0;
if(!valid8){
vErrors = withFault(vErrors, instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1, "anyOf", {});
errors++;
}
else {
errors = _errs13;
if(vErrors !== null){
if(_errs13){
vErrors.length = _errs13;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: "array"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/matrix", "type", {type: "object"});
errors++;
}
}
if(data.name !== undefined){
if(!(validate66(data.name, instancePath+"/name"))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
for(const key3 in data){
if(((((((((((((((((((((((((((((((((key3 !== "inherits") && (key3 !== "matrix")) && (key3 !== "name")) && (key3 !== "annotations")) && (key3 !== "args")) && (key3 !== "attest")) && (key3 !== "call")) && (key3 !== "context")) && (key3 !== "contexts")) && (key3 !== "description")) && (key3 !== "dockerfile")) && (key3 !== "dockerfileInline")) && (key3 !== "entitlements")) && (key3 !== "extraHosts")) && (key3 !== "labels")) && (key3 !== "network")) && (key3 !== "noCache")) && (key3 !== "noCacheFilter")) && (key3 !== "output")) && (key3 !== "platforms")) && (key3 !== "policy")) && (key3 !== "pull")) && (key3 !== "resources")) && (key3 !== "secret")) && (key3 !== "shmSize")) && (key3 !== "ssh")) && (key3 !== "tags")) && (key3 !== "target")) && (key3 !== "ulimits")) && (key3 !== "cacheFrom")) && (key3 !== "cacheTo")) && (key3 !== "cache")) && (key3 !== "mounts")){
vErrors = withFault(vErrors, instancePath, "unevaluatedProperties", {unevaluatedProperty: key3});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate216.errors = vErrors;
return errors === 0;
}


function validate222(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.targets === undefined){
vErrors = withFault(vErrors, instancePath, "required", {missingProperty: "targets"});
errors++;
}
for(const key0 in data){
if(!((key0 === "targets") || (key0 === "description"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.targets !== undefined){
let data0 = data.targets;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
vErrors = withFault(vErrors, instancePath+"/targets/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/targets", "type", {type: "array"});
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
vErrors = withFault(vErrors, instancePath+"/description", "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate222.errors = vErrors;
return errors === 0;
}


function validate226(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((key0 === "ca") || (key0 === "cert")) || (key0 === "key")) || (key0 === "serverName"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.ca !== undefined){
let data0 = data.ca;
if(typeof data0 === "string"){
if(data0.length < 1){
vErrors = withFault(vErrors, instancePath+"/ca", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/ca", "type", {type: "string"});
errors++;
}
}
if(data.cert !== undefined){
let data1 = data.cert;
if(typeof data1 === "string"){
if(data1.length < 1){
vErrors = withFault(vErrors, instancePath+"/cert", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/cert", "type", {type: "string"});
errors++;
}
}
if(data.key !== undefined){
let data2 = data.key;
if(typeof data2 === "string"){
if(data2.length < 1){
vErrors = withFault(vErrors, instancePath+"/key", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/key", "type", {type: "string"});
errors++;
}
}
if(data.serverName !== undefined){
let data3 = data.serverName;
if(typeof data3 === "string"){
if(data3.length < 1){
vErrors = withFault(vErrors, instancePath+"/serverName", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/serverName", "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate226.errors = vErrors;
return errors === 0;
}


function validate225(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((((key0 === "name") || (key0 === "driver")) || (key0 === "endpoint")) || (key0 === "options")) || (key0 === "platforms")) || (key0 === "buildkitdFlags")) || (key0 === "buildkitdConfig")) || (key0 === "tls"))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(data0.length < 1){
vErrors = withFault(vErrors, instancePath+"/name", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/name", "type", {type: "string"});
errors++;
}
}
if(data.driver !== undefined){
let data1 = data.driver;
if(typeof data1 !== "string"){
vErrors = withFault(vErrors, instancePath+"/driver", "type", {type: "string"});
errors++;
}
if(!(((((data1 === "docker") || (data1 === "docker-container")) || (data1 === "kubernetes")) || (data1 === "remote")) || (data1 === "cloud"))){
vErrors = withFault(vErrors, instancePath+"/driver", "enum", {allowedValues: ["docker","docker-container","kubernetes","remote","cloud"]});
errors++;
}
}
if(data.endpoint !== undefined){
let data2 = data.endpoint;
if(typeof data2 === "string"){
if(data2.length < 1){
vErrors = withFault(vErrors, instancePath+"/endpoint", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/endpoint", "type", {type: "string"});
errors++;
}
}
if(data.options !== undefined){
let data3 = data.options;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 in data3){
let data4 = data3[key1];
if(((typeof data4 !== "string") && (!((typeof data4 == "number") && (isFinite(data4))))) && (typeof data4 !== "boolean")){
vErrors = withFault(vErrors, instancePath+"/options/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: ["string","number","boolean"]});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/options", "type", {type: "object"});
errors++;
}
}
if(data.platforms !== undefined){
let data5 = data.platforms;
if(Array.isArray(data5)){
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(typeof data6 === "string"){
if(data6.length < 1){
vErrors = withFault(vErrors, instancePath+"/platforms/" + i0, "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/platforms/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/platforms", "type", {type: "array"});
errors++;
}
}
if(data.buildkitdFlags !== undefined){
if(typeof data.buildkitdFlags !== "string"){
vErrors = withFault(vErrors, instancePath+"/buildkitdFlags", "type", {type: "string"});
errors++;
}
}
if(data.buildkitdConfig !== undefined){
let data8 = data.buildkitdConfig;
if(typeof data8 === "string"){
if(data8.length < 1){
vErrors = withFault(vErrors, instancePath+"/buildkitdConfig", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/buildkitdConfig", "type", {type: "string"});
errors++;
}
}
if(data.tls !== undefined){
if(!(validate226(data.tls, instancePath+"/tls"))){
vErrors = vErrors === null ? validate226.errors : vErrors.concat(validate226.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate225.errors = vErrors;
return errors === 0;
}


function validate229(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
vErrors = withFault(vErrors, instancePath, "type", {type: "string"});
errors++;
}
if(!(((data === "error") || (data === "warn")) || (data === "off"))){
vErrors = withFault(vErrors, instancePath, "enum", {allowedValues: ["error","warn","off"]});
errors++;
}
validate229.errors = vErrors;
return errors === 0;
}

const pattern13 = new RegExp("^BK[0-9]{4}$", "u");

function validate52(data, instancePath = ""){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func1.call(schema19.properties, key0))){
vErrors = withFault(vErrors, instancePath, "additionalProperties", {additionalProperty: key0});
errors++;
}
}
if(data.$schema !== undefined){
if(typeof data.$schema !== "string"){
vErrors = withFault(vErrors, instancePath+"/$schema", "type", {type: "string"});
errors++;
}
}
if(data.project !== undefined){
if(!(validate53(data.project, instancePath+"/project"))){
vErrors = vErrors === null ? validate53.errors : vErrors.concat(validate53.errors);
errors = vErrors.length;
}
}
if(data.extends !== undefined){
let data2 = data.extends;
const _errs6 = errors;
let valid1 = false;
const _errs7 = errors;
if(typeof data2 === "string"){
if(data2.length < 1){
vErrors = withFault(vErrors, instancePath+"/extends", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/extends", "type", {type: "string"});
errors++;
}
var _valid0 = _errs7 === errors;
valid1 = valid1 || _valid0;
const _errs9 = errors;
if(Array.isArray(data2)){
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(typeof data3 === "string"){
if(data3.length < 1){
vErrors = withFault(vErrors, instancePath+"/extends/" + i0, "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/extends/" + i0, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/extends", "type", {type: "array"});
errors++;
}
var _valid0 = _errs9 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
vErrors = withFault(vErrors, instancePath+"/extends", "anyOf", {});
errors++;
}
else {
errors = _errs6;
if(vErrors !== null){
if(_errs6){
vErrors.length = _errs6;
}
else {
vErrors = null;
}
}
}
}
if(data.bake !== undefined){
let data4 = data.bake;
const _errs14 = errors;
let valid4 = false;
const _errs15 = errors;
if(typeof data4 === "string"){
if(data4.length < 1){
vErrors = withFault(vErrors, instancePath+"/bake", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/bake", "type", {type: "string"});
errors++;
}
var _valid1 = _errs15 === errors;
valid4 = valid4 || _valid1;
const _errs17 = errors;
if(Array.isArray(data4)){
const len1 = data4.length;
for(let i1=0; i1<len1; i1++){
let data5 = data4[i1];
if(typeof data5 === "string"){
if(data5.length < 1){
vErrors = withFault(vErrors, instancePath+"/bake/" + i1, "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/bake/" + i1, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/bake", "type", {type: "array"});
errors++;
}
var _valid1 = _errs17 === errors;
valid4 = valid4 || _valid1;
if(!valid4){
vErrors = withFault(vErrors, instancePath+"/bake", "anyOf", {});
errors++;
}
else {
errors = _errs14;
if(vErrors !== null){
if(_errs14){
vErrors.length = _errs14;
}
else {
vErrors = null;
}
}
}
}
if(data.variables !== undefined){
let data6 = data.variables;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key1 in data6){
const _errs23 = errors;
if(!(validate55(key1, instancePath+"/variables"))){
vErrors = vErrors === null ? validate55.errors : vErrors.concat(validate55.errors);
errors = vErrors.length;
}
var valid7 = _errs23 === errors;
if(!valid7){
vErrors = withFault(vErrors, instancePath+"/variables", "propertyNames", {propertyName: key1});
errors++;
}
}
for(const key2 in data6){
let data7 = data6[key2];
const _errs26 = errors;
let valid9 = false;
const _errs27 = errors;
if(((typeof data7 !== "string") && (!((typeof data7 == "number") && (isFinite(data7))))) && (typeof data7 !== "boolean")){
vErrors = withFault(vErrors, instancePath+"/variables/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: ["string","number","boolean"]});
errors++;
}
var _valid2 = _errs27 === errors;
valid9 = valid9 || _valid2;
const _errs29 = errors;
if(!(validate57(data7, instancePath+"/variables/" + key2.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate57.errors : vErrors.concat(validate57.errors);
errors = vErrors.length;
}
var _valid2 = _errs29 === errors;
valid9 = valid9 || _valid2;
if(!valid9){
vErrors = withFault(vErrors, instancePath+"/variables/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"), "anyOf", {});
errors++;
}
else {
errors = _errs26;
if(vErrors !== null){
if(_errs26){
vErrors.length = _errs26;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/variables", "type", {type: "object"});
errors++;
}
}
if(data.backends !== undefined){
let data8 = data.backends;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key3 in data8){
const _errs32 = errors;
if(!(validate62(key3, instancePath+"/backends"))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid10 = _errs32 === errors;
if(!valid10){
vErrors = withFault(vErrors, instancePath+"/backends", "propertyNames", {propertyName: key3});
errors++;
}
}
for(const key4 in data8){
if(!(validate64(data8[key4], instancePath+"/backends/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate64.errors : vErrors.concat(validate64.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/backends", "type", {type: "object"});
errors++;
}
}
if(data.cache !== undefined){
if(!(validate119(data.cache, instancePath+"/cache"))){
vErrors = vErrors === null ? validate119.errors : vErrors.concat(validate119.errors);
errors = vErrors.length;
}
}
if(data.trust !== undefined){
let data11 = data.trust;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key5 in data11){
const _errs38 = errors;
if(!(validate128(key5, instancePath+"/trust"))){
vErrors = vErrors === null ? validate128.errors : vErrors.concat(validate128.errors);
errors = vErrors.length;
}
var valid12 = _errs38 === errors;
if(!valid12){
vErrors = withFault(vErrors, instancePath+"/trust", "propertyNames", {propertyName: key5});
errors++;
}
}
for(const key6 in data11){
if(!(validate130(data11[key6], instancePath+"/trust/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate130.errors : vErrors.concat(validate130.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/trust", "type", {type: "object"});
errors++;
}
}
if(data.retention !== undefined){
if(!(validate132(data.retention, instancePath+"/retention"))){
vErrors = vErrors === null ? validate132.errors : vErrors.concat(validate132.errors);
errors = vErrors.length;
}
}
if(data.mounts !== undefined){
let data14 = data.mounts;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key7 in data14){
const _errs44 = errors;
if(!(validate62(key7, instancePath+"/mounts"))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid14 = _errs44 === errors;
if(!valid14){
vErrors = withFault(vErrors, instancePath+"/mounts", "propertyNames", {propertyName: key7});
errors++;
}
}
for(const key8 in data14){
let data15 = data14[key8];
const _errs47 = errors;
let valid16 = false;
const _errs48 = errors;
if(!(validate144(data15, instancePath+"/mounts/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate144.errors : vErrors.concat(validate144.errors);
errors = vErrors.length;
}
var _valid3 = _errs48 === errors;
valid16 = valid16 || _valid3;
const _errs49 = errors;
if(!(validate146(data15, instancePath+"/mounts/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate146.errors : vErrors.concat(validate146.errors);
errors = vErrors.length;
}
var _valid3 = _errs49 === errors;
valid16 = valid16 || _valid3;
if(!valid16){
vErrors = withFault(vErrors, instancePath+"/mounts/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"), "anyOf", {});
errors++;
}
else {
errors = _errs47;
if(vErrors !== null){
if(_errs47){
vErrors.length = _errs47;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/mounts", "type", {type: "object"});
errors++;
}
}
if(data.defaults !== undefined){
let data16 = data.defaults;
if(!(validate151(data16, instancePath+"/defaults"))){
vErrors = vErrors === null ? validate151.errors : vErrors.concat(validate151.errors);
errors = vErrors.length;
}
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
for(const key9 in data16){
if((((((((((((((((((((((((((((((key9 !== "annotations") && (key9 !== "args")) && (key9 !== "attest")) && (key9 !== "call")) && (key9 !== "context")) && (key9 !== "contexts")) && (key9 !== "description")) && (key9 !== "dockerfile")) && (key9 !== "dockerfileInline")) && (key9 !== "entitlements")) && (key9 !== "extraHosts")) && (key9 !== "labels")) && (key9 !== "network")) && (key9 !== "noCache")) && (key9 !== "noCacheFilter")) && (key9 !== "output")) && (key9 !== "platforms")) && (key9 !== "policy")) && (key9 !== "pull")) && (key9 !== "resources")) && (key9 !== "secret")) && (key9 !== "shmSize")) && (key9 !== "ssh")) && (key9 !== "tags")) && (key9 !== "target")) && (key9 !== "ulimits")) && (key9 !== "cacheFrom")) && (key9 !== "cacheTo")) && (key9 !== "cache")) && (key9 !== "mounts")){
vErrors = withFault(vErrors, instancePath+"/defaults", "unevaluatedProperties", {unevaluatedProperty: key9});
errors++;
}
}
}
}
if(data.targets !== undefined){
let data17 = data.targets;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
for(const key10 in data17){
const _errs54 = errors;
if(!(validate62(key10, instancePath+"/targets"))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid17 = _errs54 === errors;
if(!valid17){
vErrors = withFault(vErrors, instancePath+"/targets", "propertyNames", {propertyName: key10});
errors++;
}
}
for(const key11 in data17){
if(!(validate216(data17[key11], instancePath+"/targets/" + key11.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate216.errors : vErrors.concat(validate216.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/targets", "type", {type: "object"});
errors++;
}
}
if(data.groups !== undefined){
let data19 = data.groups;
if(data19 && typeof data19 == "object" && !Array.isArray(data19)){
for(const key12 in data19){
const _errs59 = errors;
if(!(validate62(key12, instancePath+"/groups"))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid19 = _errs59 === errors;
if(!valid19){
vErrors = withFault(vErrors, instancePath+"/groups", "propertyNames", {propertyName: key12});
errors++;
}
}
for(const key13 in data19){
let data20 = data19[key13];
const _errs62 = errors;
let valid21 = false;
const _errs63 = errors;
if(Array.isArray(data20)){
const len2 = data20.length;
for(let i2=0; i2<len2; i2++){
if(typeof data20[i2] !== "string"){
vErrors = withFault(vErrors, instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i2, "type", {type: "string"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"), "type", {type: "array"});
errors++;
}
var _valid4 = _errs63 === errors;
valid21 = valid21 || _valid4;
const _errs67 = errors;
if(!(validate222(data20, instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate222.errors : vErrors.concat(validate222.errors);
errors = vErrors.length;
}
var _valid4 = _errs67 === errors;
valid21 = valid21 || _valid4;
if(!valid21){
vErrors = withFault(vErrors, instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"), "anyOf", {});
errors++;
}
else {
errors = _errs62;
if(vErrors !== null){
if(_errs62){
vErrors.length = _errs62;
}
else {
vErrors = null;
}
}
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/groups", "type", {type: "object"});
errors++;
}
}
if(data.external !== undefined){
let data22 = data.external;
if(Array.isArray(data22)){
const len3 = data22.length;
for(let i3=0; i3<len3; i3++){
if(!(validate62(data22[i3], instancePath+"/external/" + i3))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/external", "type", {type: "array"});
errors++;
}
}
if(data.builder !== undefined){
let data24 = data.builder;
const _errs72 = errors;
let valid26 = false;
const _errs73 = errors;
if(typeof data24 === "string"){
if(data24.length < 1){
vErrors = withFault(vErrors, instancePath+"/builder", "minLength", {limit: 1});
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/builder", "type", {type: "string"});
errors++;
}
var _valid5 = _errs73 === errors;
valid26 = valid26 || _valid5;
const _errs75 = errors;
if(!(validate225(data24, instancePath+"/builder"))){
vErrors = vErrors === null ? validate225.errors : vErrors.concat(validate225.errors);
errors = vErrors.length;
}
var _valid5 = _errs75 === errors;
valid26 = valid26 || _valid5;
if(!valid26){
vErrors = withFault(vErrors, instancePath+"/builder", "anyOf", {});
errors++;
}
else {
errors = _errs72;
if(vErrors !== null){
if(_errs72){
vErrors.length = _errs72;
}
else {
vErrors = null;
}
}
}
}
if(data.rules !== undefined){
let data25 = data.rules;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
for(const key14 in data25){
const _errs78 = errors;
if(typeof key14 === "string"){
if(!pattern13.test(key14)){
vErrors = withFault(vErrors, instancePath+"/rules", "pattern", {pattern: "^BK[0-9]{4}$"}, key14);
errors++;
}
}
else {
vErrors = withFault(vErrors, instancePath+"/rules", "type", {type: "string"}, key14);
errors++;
}
var valid27 = _errs78 === errors;
if(!valid27){
vErrors = withFault(vErrors, instancePath+"/rules", "propertyNames", {propertyName: key14});
errors++;
}
}
for(const key15 in data25){
if(!(validate229(data25[key15], instancePath+"/rules/" + key15.replace(/~/g, "~0").replace(/\//g, "~1")))){
vErrors = vErrors === null ? validate229.errors : vErrors.concat(validate229.errors);
errors = vErrors.length;
}
}
}
else {
vErrors = withFault(vErrors, instancePath+"/rules", "type", {type: "object"});
errors++;
}
}
}
else {
vErrors = withFault(vErrors, instancePath, "type", {type: "object"});
errors++;
}
validate52.errors = vErrors;
return errors === 0;
}

function withFault(faults, instancePath, keyword, params, propertyName) {
const fault = propertyName === undefined ? {instancePath, keyword, params} : {instancePath, keyword, params, propertyName};
if (faults === null) return [fault];
faults.push(fault);
return faults;
}
export const shape = {"type":"object","properties":{"$schema":{"type":"string"},"project":{"$ref":"#/$defs/ProjectName"},"extends":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"bake":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"variables":{"type":"object","additionalProperties":{"anyOf":[{"type":["string","number","boolean"]},{"$ref":"#/$defs/VariableDefinition"}]}},"backends":{"type":"object","additionalProperties":{"$ref":"#/$defs/Backend"}},"cache":{"$ref":"#/$defs/CachePolicy"},"trust":{"type":"object","additionalProperties":{"$ref":"#/$defs/TrustLevel"}},"retention":{"$ref":"#/$defs/Retention"},"mounts":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Preset"},{"$ref":"#/$defs/MountDefinition"}]}},"defaults":{"$ref":"#/$defs/TargetAttributes"},"targets":{"type":"object","additionalProperties":{"$ref":"#/$defs/Target"}},"groups":{"type":"object","additionalProperties":{"anyOf":[{"type":"array","items":{"type":"string"}},{"$ref":"#/$defs/GroupDefinition"}]}},"external":{"type":"array","items":{"$ref":"#/$defs/Name"}},"builder":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/BuilderDefinition"}]},"rules":{"type":"object","additionalProperties":{"$ref":"#/$defs/Level"}}},"additionalProperties":false,"$defs":{"Level":{"type":"string"},"Template":{"type":"string"},"VariableReference":{"type":"string"},"Name":{"type":"string"},"VariableName":{"type":"string"},"ProjectName":{"type":"string"},"Duration":{"type":"string"},"Age":{"type":"string"},"Size":{"type":"string"},"Preset":{"type":"string"},"VariableDefinition":{"type":"object","properties":{"type":{"type":"string"},"default":{"type":["string","number","boolean","null","array","object"],"additionalProperties":true},"description":{"type":"string"},"validation":{"anyOf":[{"$ref":"#/$defs/Validation"},{"type":"array","items":{"$ref":"#/$defs/Validation"}}]}},"additionalProperties":false},"Validation":{"type":"object","properties":{"condition":{"type":"string"},"errorMessage":{"type":"string"}},"additionalProperties":false},"Backend":{"type":"object","oneOf":[{"$ref":"#/$defs/LocalBackend"},{"$ref":"#/$defs/S3Backend"},{"$ref":"#/$defs/GcsBackend"},{"$ref":"#/$defs/RegistryBackend"},{"$ref":"#/$defs/GhaBackend"},{"$ref":"#/$defs/AzblobBackend"},{"$ref":"#/$defs/InlineBackend"}]},"LocalBackend":{"type":"object","properties":{"type":{"const":"local"},"path":{"$ref":"#/$defs/Template"},"tag":{"$ref":"#/$defs/Template"},"digest":{"$ref":"#/$defs/Template"},"reset":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"}},"additionalProperties":false},"S3Backend":{"type":"object","properties":{"type":{"const":"s3"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"region":{"$ref":"#/$defs/Template"},"profile":{"type":"string"},"endpointUrl":{"$ref":"#/$defs/Template"},"usePathStyle":{"type":"boolean"},"insecure":{"type":"boolean"},"relay":{"type":"string"},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer"},"retryMode":{"type":"string"},"retryMaxAttempts":{"type":"integer"},"disableAcceptEncoding":{"type":"boolean"}},"additionalProperties":false},"GcsBackend":{"type":"object","properties":{"type":{"const":"gcs"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"auth":{"type":"string"},"endpointUrl":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"relay":{"type":"string"},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer"},"retryMode":{"type":"string"},"retryMaxAttempts":{"type":"integer"}},"additionalProperties":false},"RegistryBackend":{"type":"object","properties":{"type":{"const":"registry"},"ref":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"}},"additionalProperties":false},"GhaBackend":{"type":"object","properties":{"type":{"const":"gha"},"scope":{"$ref":"#/$defs/Template"},"timeout":{"$ref":"#/$defs/Duration"},"version":{"type":"integer"},"url":{"$ref":"#/$defs/Template"},"urlV2":{"$ref":"#/$defs/Template"},"repository":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"AzblobBackend":{"type":"object","properties":{"type":{"const":"azblob"},"accountUrl":{"$ref":"#/$defs/Template"},"accountName":{"$ref":"#/$defs/Template"},"container":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"InlineBackend":{"type":"object","properties":{"type":{"const":"inline"},"ref":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"Tier":{"type":"object","properties":{"path":{"$ref":"#/$defs/Template"},"maxSize":{"$ref":"#/$defs/Size"}},"additionalProperties":false},"CachePolicy":{"type":"object","properties":{"read":{"type":"array","items":{"type":"string"}},"write":{"type":"array","items":{"type":"string"}},"scope":{"type":"string"},"scopes":{"$ref":"#/$defs/ScopeRules"},"epoch":{"type":"integer"},"mode":{"type":"string"},"ignoreError":{"type":"boolean"},"committed":{"type":"string"},"mounts":{"anyOf":[{"type":"string"},{"const":false}]},"mountBudget":{"$ref":"#/$defs/MountBudget"}},"additionalProperties":false},"LevelName":{"type":"string"},"TrustLevel":{"type":"object","properties":{"when":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"reads":{"type":"array","items":{"type":"string"}},"cache":{"type":"string"}},"additionalProperties":false},"ScopeRules":{"type":"object","properties":{"defaultBranch":{"type":"string"},"read":{"type":"array","items":{"type":"string"}},"requests":{"type":"string"}},"additionalProperties":false},"Retention":{"type":"object","properties":{"keepWithin":{"$ref":"#/$defs/Age"},"keepLast":{"type":"integer"},"maxSize":{"$ref":"#/$defs/Size"},"grace":{"$ref":"#/$defs/Age"},"layers":{"anyOf":[{"$ref":"#/$defs/RetentionRules"},{"const":false}]},"mounts":{"anyOf":[{"$ref":"#/$defs/RetentionRules"},{"const":false}]}},"additionalProperties":false},"RetentionRules":{"type":"object","properties":{"keepWithin":{"$ref":"#/$defs/Age"},"keepLast":{"type":"integer"},"maxSize":{"$ref":"#/$defs/Size"}},"additionalProperties":false},"MountBudget":{"type":"object","properties":{"restore":{"$ref":"#/$defs/Duration"},"save":{"$ref":"#/$defs/Duration"},"first":{"$ref":"#/$defs/Duration"}},"additionalProperties":false},"MountDefinition":{"type":"object","properties":{"preset":{"$ref":"#/$defs/Preset"},"id":{"type":"string"},"target":{"type":"string"},"sharing":{"type":"string"},"uid":{"type":"integer"},"gid":{"type":"integer"},"mode":{"type":"string"},"perArch":{"type":"boolean"},"env":{"type":"object","additionalProperties":{"type":"string"}},"key":{"type":"array","items":{"type":"string"}},"maxSize":{"$ref":"#/$defs/Size"},"persist":{"type":"boolean"}},"additionalProperties":false},"OptionEntry":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/OptionObject"}]},"OptionObject":{"type":"object","properties":{"type":{"type":"string"}},"additionalProperties":{"type":["string","number","boolean"]}},"TargetAttributes":{"type":"object","properties":{"annotations":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"args":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Template"},{"type":"null"}]}},"attest":{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},"call":{"$ref":"#/$defs/Template"},"context":{"$ref":"#/$defs/Template"},"contexts":{"type":"object","additionalProperties":{"$ref":"#/$defs/Template"}},"description":{"$ref":"#/$defs/Template"},"dockerfile":{"$ref":"#/$defs/Template"},"dockerfileInline":{"$ref":"#/$defs/Template"},"entitlements":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"extraHosts":{"type":"object","additionalProperties":{"$ref":"#/$defs/Template"}},"labels":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Template"},{"type":"null"}]}},"network":{"$ref":"#/$defs/Template"},"noCache":{"anyOf":[{"type":"boolean"},{"$ref":"#/$defs/VariableReference"}]},"noCacheFilter":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"output":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"$ref":"#/$defs/VariableReference"}]},"platforms":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"policy":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/PolicyEntry"}]}},"pull":{"anyOf":[{"type":"boolean"},{"$ref":"#/$defs/VariableReference"}]},"resources":{"$ref":"#/$defs/Resources"},"secret":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/SecretEntry"}]}},"shmSize":{"$ref":"#/$defs/Template"},"ssh":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/SshEntry"}]}},"tags":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"target":{"$ref":"#/$defs/Template"},"ulimits":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"cacheFrom":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"const":false}]},"cacheTo":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"const":false}]},"cache":{"anyOf":[{"$ref":"#/$defs/CachePolicy"},{"const":false}]},"mounts":{"type":"array","items":{"type":"string"}}}},"Target":{"type":"object","allOf":[{"$ref":"#/$defs/TargetAttributes"}],"properties":{"inherits":{"type":"array","items":{"type":"string"}},"matrix":{"type":"object","additionalProperties":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"object","additionalProperties":{"type":"string"}}]}}},"name":{"$ref":"#/$defs/Template"}}},"GroupDefinition":{"type":"object","properties":{"targets":{"type":"array","items":{"type":"string"}},"description":{"type":"string"}},"additionalProperties":false},"SecretEntry":{"type":"object","properties":{"id":{"$ref":"#/$defs/Template"},"src":{"$ref":"#/$defs/Template"},"env":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"SshEntry":{"type":"object","properties":{"id":{"$ref":"#/$defs/Template"},"paths":{"type":"array","items":{"$ref":"#/$defs/Template"}}},"additionalProperties":false},"PolicyEntry":{"type":"object","properties":{"filename":{"$ref":"#/$defs/Template"},"reset":{"type":"boolean"},"disabled":{"type":"boolean"},"strict":{"type":"boolean"},"logLevel":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"Resources":{"type":"object","properties":{"memory":{"$ref":"#/$defs/Template"},"memorySwap":{"$ref":"#/$defs/Template"},"cpuShares":{"$ref":"#/$defs/Template"},"cpuPeriod":{"$ref":"#/$defs/Template"},"cpuQuota":{"$ref":"#/$defs/Template"},"cpusetCpus":{"$ref":"#/$defs/Template"},"cpusetMems":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"BuilderDefinition":{"type":"object","properties":{"name":{"type":"string"},"driver":{"type":"string"},"endpoint":{"type":"string"},"options":{"type":"object","additionalProperties":{"type":["string","number","boolean"]}},"platforms":{"type":"array","items":{"type":"string"}},"buildkitdFlags":{"type":"string"},"buildkitdConfig":{"type":"string"},"tls":{"$ref":"#/$defs/BuilderTls"}},"additionalProperties":false},"BuilderTls":{"type":"object","properties":{"ca":{"type":"string"},"cert":{"type":"string"},"key":{"type":"string"},"serverName":{"type":"string"}},"additionalProperties":false}}};
