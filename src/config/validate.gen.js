// Written by test/scripts/codegen.mjs from schemas/bkcache.schema.json; change that file and run `npm run codegen`.
/* eslint-disable */
// @ts-nocheck
export const validate = validate52;
const schema19 = {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Config","type":"object","properties":{"$schema":{"type":"string"},"project":{"$ref":"#/$defs/ProjectName"},"extends":{"anyOf":[{"type":"string","minLength":1},{"type":"array","items":{"type":"string","minLength":1}}]},"bake":{"anyOf":[{"type":"string","minLength":1},{"type":"array","items":{"type":"string","minLength":1}}]},"variables":{"type":"object","additionalProperties":{"anyOf":[{"type":["string","number","boolean"]},{"$ref":"#/$defs/VariableDefinition"}]},"propertyNames":{"$ref":"#/$defs/VariableName"}},"backends":{"type":"object","additionalProperties":{"$ref":"#/$defs/Backend"},"propertyNames":{"$ref":"#/$defs/Name"}},"cache":{"$ref":"#/$defs/CachePolicy"},"trust":{"type":"object","additionalProperties":{"$ref":"#/$defs/TrustLevel"},"propertyNames":{"$ref":"#/$defs/LevelName"}},"retention":{"$ref":"#/$defs/Retention"},"mounts":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Preset"},{"$ref":"#/$defs/MountDefinition"}]},"propertyNames":{"$ref":"#/$defs/Name"}},"defaults":{"$ref":"#/$defs/TargetAttributes","unevaluatedProperties":false},"targets":{"type":"object","additionalProperties":{"$ref":"#/$defs/Target"},"propertyNames":{"$ref":"#/$defs/Name"}},"groups":{"type":"object","additionalProperties":{"anyOf":[{"type":"array","items":{"type":"string"}},{"$ref":"#/$defs/GroupDefinition"}]},"propertyNames":{"$ref":"#/$defs/Name"}},"external":{"type":"array","items":{"$ref":"#/$defs/Name"}},"builder":{"anyOf":[{"type":"string","minLength":1},{"$ref":"#/$defs/BuilderDefinition"}]},"rules":{"type":"object","additionalProperties":{"$ref":"#/$defs/Level"},"propertyNames":{"type":"string","pattern":"^BK[0-9]{4}$"}}},"additionalProperties":false,"$defs":{"Level":{"type":"string","enum":["error","warn","off"]},"Template":{"type":"string"},"VariableReference":{"type":"string","pattern":"^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"},"Name":{"type":"string","pattern":"^[a-zA-Z0-9_-]+$"},"VariableName":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]*$"},"ProjectName":{"type":"string","pattern":"^[a-z0-9-]+$"},"Duration":{"type":"string","pattern":"^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"},"Age":{"type":"string","pattern":"^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$"},"Size":{"type":"string","pattern":"^[0-9]+(\\.[0-9]+)?([KMGT]i?)?B$"},"Preset":{"type":"string","enum":["go-mod","go-build","npm","pnpm","yarn-classic","yarn-berry","bun","turbo","nx","next","deno","pip","uv","poetry","pdm","pipenv","conda","cargo-registry","cargo-git","cargo-target","apt","apt-lists","apk","dnf","dnf5","maven","gradle","sbt","nuget","composer","bundler","gem","hex","ccache","sccache","conan","vcpkg"]},"VariableDefinition":{"type":"object","properties":{"type":{"type":"string"},"default":{"type":["string","number","boolean","null","array","object"],"additionalProperties":true},"description":{"type":"string"},"validation":{"anyOf":[{"$ref":"#/$defs/Validation"},{"type":"array","items":{"$ref":"#/$defs/Validation"}}]}},"additionalProperties":false},"Validation":{"type":"object","properties":{"condition":{"type":"string","minLength":1},"errorMessage":{"type":"string"}},"additionalProperties":false,"required":["condition"]},"Backend":{"type":"object","required":["type"],"discriminator":{"propertyName":"type"},"oneOf":[{"$ref":"#/$defs/LocalBackend"},{"$ref":"#/$defs/S3Backend"},{"$ref":"#/$defs/GcsBackend"},{"$ref":"#/$defs/RegistryBackend"},{"$ref":"#/$defs/GhaBackend"},{"$ref":"#/$defs/AzblobBackend"},{"$ref":"#/$defs/InlineBackend"}]},"LocalBackend":{"type":"object","properties":{"type":{"const":"local"},"path":{"$ref":"#/$defs/Template"},"tag":{"$ref":"#/$defs/Template"},"digest":{"$ref":"#/$defs/Template"},"reset":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"}},"additionalProperties":false,"required":["type","path"]},"S3Backend":{"type":"object","properties":{"type":{"const":"s3"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"region":{"$ref":"#/$defs/Template"},"profile":{"type":"string","enum":["aws","gcs","r2","minio","ceph"]},"endpointUrl":{"$ref":"#/$defs/Template"},"usePathStyle":{"type":"boolean"},"insecure":{"type":"boolean"},"relay":{"type":"string","enum":["auto","always","off"]},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer","minimum":1},"retryMode":{"type":"string","enum":["standard","adaptive"]},"retryMaxAttempts":{"type":"integer","minimum":1},"disableAcceptEncoding":{"type":"boolean"}},"additionalProperties":false,"required":["type"]},"GcsBackend":{"type":"object","properties":{"type":{"const":"gcs"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"auth":{"type":"string","enum":["hmac"]},"endpointUrl":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"relay":{"type":"string","enum":["auto","always","off"]},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer","minimum":1},"retryMode":{"type":"string","enum":["standard","adaptive"]},"retryMaxAttempts":{"type":"integer","minimum":1}},"additionalProperties":false,"required":["type"]},"RegistryBackend":{"type":"object","properties":{"type":{"const":"registry"},"ref":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"}},"additionalProperties":false,"required":["type","ref"]},"GhaBackend":{"type":"object","properties":{"type":{"const":"gha"},"scope":{"$ref":"#/$defs/Template"},"timeout":{"$ref":"#/$defs/Duration"},"version":{"type":"integer","enum":[1,2]},"url":{"$ref":"#/$defs/Template"},"urlV2":{"$ref":"#/$defs/Template"},"repository":{"$ref":"#/$defs/Template"}},"additionalProperties":false,"required":["type"]},"AzblobBackend":{"type":"object","properties":{"type":{"const":"azblob"},"accountUrl":{"$ref":"#/$defs/Template"},"accountName":{"$ref":"#/$defs/Template"},"container":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"}},"additionalProperties":false,"required":["type","accountUrl"]},"InlineBackend":{"type":"object","properties":{"type":{"const":"inline"},"ref":{"$ref":"#/$defs/Template"}},"additionalProperties":false,"required":["type"]},"Tier":{"type":"object","properties":{"path":{"$ref":"#/$defs/Template"},"maxSize":{"$ref":"#/$defs/Size"}},"additionalProperties":false,"required":["path","maxSize"]},"CachePolicy":{"type":"object","properties":{"read":{"type":"array","items":{"type":"string"}},"write":{"type":"array","items":{"type":"string"}},"scope":{"type":"string","minLength":1},"scopes":{"$ref":"#/$defs/ScopeRules"},"epoch":{"type":"integer","minimum":0,"maximum":999999},"mode":{"type":"string","enum":["min","max"]},"ignoreError":{"type":"boolean"},"committed":{"type":"string","enum":["off","read","read-write"]},"mounts":{"anyOf":[{"type":"string"},{"const":false}]},"mountBudget":{"$ref":"#/$defs/MountBudget"}},"additionalProperties":false},"LevelName":{"type":"string","pattern":"^[a-z0-9][a-z0-9-]{0,31}$"},"TrustLevel":{"type":"object","properties":{"when":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]},"reads":{"type":"array","items":{"type":"string"}},"cache":{"type":"string","enum":["off","read","read-write"]}},"required":["when"],"additionalProperties":false},"ScopeRules":{"type":"object","properties":{"defaultBranch":{"type":"string","minLength":1},"read":{"type":"array","items":{"type":"string","minLength":1}},"requests":{"type":"string","enum":["read","own"]}},"additionalProperties":false},"Retention":{"type":"object","properties":{"keepWithin":{"$ref":"#/$defs/Age"},"keepLast":{"type":"integer","minimum":1},"maxSize":{"$ref":"#/$defs/Size"},"grace":{"$ref":"#/$defs/Age"},"layers":{"anyOf":[{"$ref":"#/$defs/RetentionRules"},{"const":false}]},"mounts":{"anyOf":[{"$ref":"#/$defs/RetentionRules"},{"const":false}]}},"additionalProperties":false},"RetentionRules":{"type":"object","properties":{"keepWithin":{"$ref":"#/$defs/Age"},"keepLast":{"type":"integer","minimum":1},"maxSize":{"$ref":"#/$defs/Size"}},"additionalProperties":false},"MountBudget":{"type":"object","properties":{"restore":{"$ref":"#/$defs/Duration"},"save":{"$ref":"#/$defs/Duration"},"first":{"$ref":"#/$defs/Duration"}},"additionalProperties":false},"MountDefinition":{"type":"object","properties":{"preset":{"$ref":"#/$defs/Preset"},"id":{"type":"string","pattern":"^[a-zA-Z0-9_./-]+$"},"target":{"type":"string","pattern":"^/"},"sharing":{"type":"string","enum":["shared","private","locked"]},"uid":{"type":"integer","minimum":0},"gid":{"type":"integer","minimum":0},"mode":{"type":"string"},"perArch":{"type":"boolean"},"env":{"type":"object","additionalProperties":{"type":"string"},"propertyNames":{"$ref":"#/$defs/VariableName"}},"key":{"type":"array","items":{"type":"string","minLength":1}},"maxSize":{"$ref":"#/$defs/Size"},"persist":{"type":"boolean"}},"additionalProperties":false},"OptionEntry":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/OptionObject"}]},"OptionObject":{"type":"object","properties":{"type":{"type":"string","minLength":1}},"required":["type"],"additionalProperties":{"type":["string","number","boolean"]}},"TargetAttributes":{"type":"object","properties":{"annotations":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"args":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Template"},{"type":"null"}]}},"attest":{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},"call":{"$ref":"#/$defs/Template"},"context":{"$ref":"#/$defs/Template"},"contexts":{"type":"object","additionalProperties":{"$ref":"#/$defs/Template"}},"description":{"$ref":"#/$defs/Template"},"dockerfile":{"$ref":"#/$defs/Template"},"dockerfileInline":{"$ref":"#/$defs/Template"},"entitlements":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"extraHosts":{"type":"object","additionalProperties":{"$ref":"#/$defs/Template"}},"labels":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Template"},{"type":"null"}]}},"network":{"$ref":"#/$defs/Template"},"noCache":{"anyOf":[{"type":"boolean"},{"$ref":"#/$defs/VariableReference"}]},"noCacheFilter":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"output":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"$ref":"#/$defs/VariableReference"}]},"platforms":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"policy":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/PolicyEntry"}]}},"pull":{"anyOf":[{"type":"boolean"},{"$ref":"#/$defs/VariableReference"}]},"resources":{"$ref":"#/$defs/Resources"},"secret":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/SecretEntry"}]}},"shmSize":{"$ref":"#/$defs/Template"},"ssh":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/SshEntry"}]}},"tags":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"target":{"$ref":"#/$defs/Template"},"ulimits":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"cacheFrom":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"const":false}]},"cacheTo":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"const":false}]},"cache":{"anyOf":[{"$ref":"#/$defs/CachePolicy"},{"const":false}]},"mounts":{"type":"array","items":{"type":"string"}}}},"Target":{"type":"object","allOf":[{"$ref":"#/$defs/TargetAttributes"}],"properties":{"inherits":{"type":"array","items":{"type":"string"}},"matrix":{"type":"object","additionalProperties":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"object","additionalProperties":{"type":"string"}}]}},"propertyNames":{"$ref":"#/$defs/VariableName"}},"name":{"$ref":"#/$defs/Template"}},"unevaluatedProperties":false},"GroupDefinition":{"type":"object","properties":{"targets":{"type":"array","items":{"type":"string"}},"description":{"type":"string"}},"additionalProperties":false,"required":["targets"]},"SecretEntry":{"type":"object","properties":{"id":{"$ref":"#/$defs/Template"},"src":{"$ref":"#/$defs/Template"},"env":{"$ref":"#/$defs/Template"}},"additionalProperties":false,"required":["id"]},"SshEntry":{"type":"object","properties":{"id":{"$ref":"#/$defs/Template"},"paths":{"type":"array","items":{"$ref":"#/$defs/Template"}}},"additionalProperties":false,"required":["id"]},"PolicyEntry":{"type":"object","properties":{"filename":{"$ref":"#/$defs/Template"},"reset":{"type":"boolean"},"disabled":{"type":"boolean"},"strict":{"type":"boolean"},"logLevel":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"Resources":{"type":"object","properties":{"memory":{"$ref":"#/$defs/Template"},"memorySwap":{"$ref":"#/$defs/Template"},"cpuShares":{"$ref":"#/$defs/Template"},"cpuPeriod":{"$ref":"#/$defs/Template"},"cpuQuota":{"$ref":"#/$defs/Template"},"cpusetCpus":{"$ref":"#/$defs/Template"},"cpusetMems":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"BuilderDefinition":{"type":"object","properties":{"name":{"type":"string","minLength":1},"driver":{"type":"string","enum":["docker","docker-container","kubernetes","remote","cloud"]},"endpoint":{"type":"string","minLength":1},"options":{"type":"object","additionalProperties":{"type":["string","number","boolean"]}},"platforms":{"type":"array","items":{"type":"string","minLength":1}},"buildkitdFlags":{"type":"string"},"buildkitdConfig":{"type":"string","minLength":1},"tls":{"$ref":"#/$defs/BuilderTls"}},"additionalProperties":false},"BuilderTls":{"type":"object","properties":{"ca":{"type":"string","minLength":1},"cert":{"type":"string","minLength":1},"key":{"type":"string","minLength":1},"serverName":{"type":"string","minLength":1}},"additionalProperties":false}}};
const func1 = Object.prototype.hasOwnProperty;
const pattern3 = new RegExp("^[a-z0-9-]+$", "u");

function validate53(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate53.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern3.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9-]+$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate53.errors = vErrors;
return errors === 0;
}
validate53.evaluated = {"dynamicProps":false,"dynamicItems":false};

const pattern4 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");

function validate55(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate55.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern4.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate55.errors = vErrors;
return errors === 0;
}
validate55.evaluated = {"dynamicProps":false,"dynamicItems":false};

const schema22 = {"type":"object","properties":{"type":{"type":"string"},"default":{"type":["string","number","boolean","null","array","object"],"additionalProperties":true},"description":{"type":"string"},"validation":{"anyOf":[{"$ref":"#/$defs/Validation"},{"type":"array","items":{"$ref":"#/$defs/Validation"}}]}},"additionalProperties":false};

function validate58(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate58.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.condition === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "condition"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "condition") || (key0 === "errorMessage"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.condition !== undefined){
let data0 = data.condition;
if(typeof data0 === "string"){
if(data0.length < 1){
const err2 = {instancePath:instancePath+"/condition",schemaPath:"#/properties/condition/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/condition",schemaPath:"#/properties/condition/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.errorMessage !== undefined){
if(typeof data.errorMessage !== "string"){
const err4 = {instancePath:instancePath+"/errorMessage",schemaPath:"#/properties/errorMessage/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
validate58.errors = vErrors;
return errors === 0;
}
validate58.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate57(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate57.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((key0 === "type") || (key0 === "default")) || (key0 === "description")) || (key0 === "validation"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.type !== undefined){
if(typeof data.type !== "string"){
const err1 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.default !== undefined){
let data1 = data.default;
if((((typeof data1 != "object") && (typeof data1 !== "string")) && (!((typeof data1 == "number") && (isFinite(data1))))) && (typeof data1 !== "boolean")){
const err2 = {instancePath:instancePath+"/default",schemaPath:"#/properties/default/type",keyword:"type",params:{type: schema22.properties.default.type}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
const err3 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.validation !== undefined){
let data3 = data.validation;
const _errs10 = errors;
let valid1 = false;
const _errs11 = errors;
if(!(validate58(data3, {instancePath:instancePath+"/validation",parentData:data,parentDataProperty:"validation",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate58.errors : vErrors.concat(validate58.errors);
errors = vErrors.length;
}
var _valid0 = _errs11 === errors;
valid1 = valid1 || _valid0;
const _errs12 = errors;
if(Array.isArray(data3)){
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
if(!(validate58(data3[i0], {instancePath:instancePath+"/validation/" + i0,parentData:data3,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate58.errors : vErrors.concat(validate58.errors);
errors = vErrors.length;
}
}
}
else {
const err4 = {instancePath:instancePath+"/validation",schemaPath:"#/properties/validation/anyOf/1/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
var _valid0 = _errs12 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const err5 = {instancePath:instancePath+"/validation",schemaPath:"#/properties/validation/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
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
const err6 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
validate57.errors = vErrors;
return errors === 0;
}
validate57.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern5 = new RegExp("^[a-zA-Z0-9_-]+$", "u");

function validate62(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate62.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern5.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[a-zA-Z0-9_-]+$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate62.errors = vErrors;
return errors === 0;
}
validate62.evaluated = {"dynamicProps":false,"dynamicItems":false};

const schema26 = {"type":"object","properties":{"type":{"const":"local"},"path":{"$ref":"#/$defs/Template"},"tag":{"$ref":"#/$defs/Template"},"digest":{"$ref":"#/$defs/Template"},"reset":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"}},"additionalProperties":false,"required":["type","path"]};

function validate66(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate66.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
validate66.errors = vErrors;
return errors === 0;
}
validate66.evaluated = {"dynamicProps":false,"dynamicItems":false};


function validate65(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate65.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.path === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "path"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema26.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.type !== undefined){
if("local" !== data.type){
const err3 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "local"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.path !== undefined){
if(!(validate66(data.path, {instancePath:instancePath+"/path",parentData:data,parentDataProperty:"path",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.tag !== undefined){
if(!(validate66(data.tag, {instancePath:instancePath+"/tag",parentData:data,parentDataProperty:"tag",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.digest !== undefined){
if(!(validate66(data.digest, {instancePath:instancePath+"/digest",parentData:data,parentDataProperty:"digest",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.reset !== undefined){
if(typeof data.reset !== "boolean"){
const err4 = {instancePath:instancePath+"/reset",schemaPath:"#/properties/reset/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.imageManifest !== undefined){
if(typeof data.imageManifest !== "boolean"){
const err5 = {instancePath:instancePath+"/imageManifest",schemaPath:"#/properties/imageManifest/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.ociMediatypes !== undefined){
if(typeof data.ociMediatypes !== "boolean"){
const err6 = {instancePath:instancePath+"/ociMediatypes",schemaPath:"#/properties/ociMediatypes/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.compression !== undefined){
let data7 = data.compression;
if(typeof data7 !== "string"){
const err7 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!((((data7 === "uncompressed") || (data7 === "gzip")) || (data7 === "estargz")) || (data7 === "zstd"))){
const err8 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/enum",keyword:"enum",params:{allowedValues: schema26.properties.compression.enum}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.compressionLevel !== undefined){
let data8 = data.compressionLevel;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err9 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 22 || isNaN(data8)){
const err10 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/maximum",keyword:"maximum",params:{comparison: "<=", limit: 22}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data8 < 0 || isNaN(data8)){
const err11 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
const err12 = {instancePath:instancePath+"/forceCompression",schemaPath:"#/properties/forceCompression/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
validate65.errors = vErrors;
return errors === 0;
}
validate65.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema28 = {"type":"object","properties":{"type":{"const":"s3"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"region":{"$ref":"#/$defs/Template"},"profile":{"type":"string","enum":["aws","gcs","r2","minio","ceph"]},"endpointUrl":{"$ref":"#/$defs/Template"},"usePathStyle":{"type":"boolean"},"insecure":{"type":"boolean"},"relay":{"type":"string","enum":["auto","always","off"]},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer","minimum":1},"retryMode":{"type":"string","enum":["standard","adaptive"]},"retryMaxAttempts":{"type":"integer","minimum":1},"disableAcceptEncoding":{"type":"boolean"}},"additionalProperties":false,"required":["type"]};
const pattern6 = new RegExp("^[0-9]+(\\.[0-9]+)?([KMGT]i?)?B$", "u");

function validate78(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate78.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern6.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?([KMGT]i?)?B$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate78.errors = vErrors;
return errors === 0;
}
validate78.evaluated = {"dynamicProps":false,"dynamicItems":false};


function validate76(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate76.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.path === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "path"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.maxSize === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "maxSize"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "path") || (key0 === "maxSize"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.path !== undefined){
if(!(validate66(data.path, {instancePath:instancePath+"/path",parentData:data,parentDataProperty:"path",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, {instancePath:instancePath+"/maxSize",parentData:data,parentDataProperty:"maxSize",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate76.errors = vErrors;
return errors === 0;
}
validate76.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern7 = new RegExp("^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$", "u");

function validate83(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate83.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern7.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate83.errors = vErrors;
return errors === 0;
}
validate83.evaluated = {"dynamicProps":false,"dynamicItems":false};


function validate70(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate70.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema28.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.type !== undefined){
if("s3" !== data.type){
const err2 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "s3"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.url !== undefined){
if(!(validate66(data.url, {instancePath:instancePath+"/url",parentData:data,parentDataProperty:"url",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.bucket !== undefined){
if(!(validate66(data.bucket, {instancePath:instancePath+"/bucket",parentData:data,parentDataProperty:"bucket",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.prefix !== undefined){
if(!(validate66(data.prefix, {instancePath:instancePath+"/prefix",parentData:data,parentDataProperty:"prefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.region !== undefined){
if(!(validate66(data.region, {instancePath:instancePath+"/region",parentData:data,parentDataProperty:"region",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.profile !== undefined){
let data5 = data.profile;
if(typeof data5 !== "string"){
const err3 = {instancePath:instancePath+"/profile",schemaPath:"#/properties/profile/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!(((((data5 === "aws") || (data5 === "gcs")) || (data5 === "r2")) || (data5 === "minio")) || (data5 === "ceph"))){
const err4 = {instancePath:instancePath+"/profile",schemaPath:"#/properties/profile/enum",keyword:"enum",params:{allowedValues: schema28.properties.profile.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.endpointUrl !== undefined){
if(!(validate66(data.endpointUrl, {instancePath:instancePath+"/endpointUrl",parentData:data,parentDataProperty:"endpointUrl",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.usePathStyle !== undefined){
if(typeof data.usePathStyle !== "boolean"){
const err5 = {instancePath:instancePath+"/usePathStyle",schemaPath:"#/properties/usePathStyle/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.insecure !== undefined){
if(typeof data.insecure !== "boolean"){
const err6 = {instancePath:instancePath+"/insecure",schemaPath:"#/properties/insecure/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.relay !== undefined){
let data9 = data.relay;
if(typeof data9 !== "string"){
const err7 = {instancePath:instancePath+"/relay",schemaPath:"#/properties/relay/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!(((data9 === "auto") || (data9 === "always")) || (data9 === "off"))){
const err8 = {instancePath:instancePath+"/relay",schemaPath:"#/properties/relay/enum",keyword:"enum",params:{allowedValues: schema28.properties.relay.enum}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.tier !== undefined){
if(!(validate76(data.tier, {instancePath:instancePath+"/tier",parentData:data,parentDataProperty:"tier",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate76.errors : vErrors.concat(validate76.errors);
errors = vErrors.length;
}
}
if(data.blobsPrefix !== undefined){
if(!(validate66(data.blobsPrefix, {instancePath:instancePath+"/blobsPrefix",parentData:data,parentDataProperty:"blobsPrefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.manifestsPrefix !== undefined){
if(!(validate66(data.manifestsPrefix, {instancePath:instancePath+"/manifestsPrefix",parentData:data,parentDataProperty:"manifestsPrefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.touchRefresh !== undefined){
if(!(validate83(data.touchRefresh, {instancePath:instancePath+"/touchRefresh",parentData:data,parentDataProperty:"touchRefresh",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.compression !== undefined){
let data14 = data.compression;
if(typeof data14 !== "string"){
const err9 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(!((((data14 === "uncompressed") || (data14 === "gzip")) || (data14 === "estargz")) || (data14 === "zstd"))){
const err10 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/enum",keyword:"enum",params:{allowedValues: schema28.properties.compression.enum}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.compressionLevel !== undefined){
let data15 = data.compressionLevel;
if(!(((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15))) && (isFinite(data15)))){
const err11 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 > 22 || isNaN(data15)){
const err12 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/maximum",keyword:"maximum",params:{comparison: "<=", limit: 22}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data15 < 0 || isNaN(data15)){
const err13 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
const err14 = {instancePath:instancePath+"/forceCompression",schemaPath:"#/properties/forceCompression/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.uploadParallelism !== undefined){
let data17 = data.uploadParallelism;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err15 = {instancePath:instancePath+"/uploadParallelism",schemaPath:"#/properties/uploadParallelism/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 < 1 || isNaN(data17)){
const err16 = {instancePath:instancePath+"/uploadParallelism",schemaPath:"#/properties/uploadParallelism/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data.retryMode !== undefined){
let data18 = data.retryMode;
if(typeof data18 !== "string"){
const err17 = {instancePath:instancePath+"/retryMode",schemaPath:"#/properties/retryMode/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(!((data18 === "standard") || (data18 === "adaptive"))){
const err18 = {instancePath:instancePath+"/retryMode",schemaPath:"#/properties/retryMode/enum",keyword:"enum",params:{allowedValues: schema28.properties.retryMode.enum}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.retryMaxAttempts !== undefined){
let data19 = data.retryMaxAttempts;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err19 = {instancePath:instancePath+"/retryMaxAttempts",schemaPath:"#/properties/retryMaxAttempts/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 < 1 || isNaN(data19)){
const err20 = {instancePath:instancePath+"/retryMaxAttempts",schemaPath:"#/properties/retryMaxAttempts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
if(data.disableAcceptEncoding !== undefined){
if(typeof data.disableAcceptEncoding !== "boolean"){
const err21 = {instancePath:instancePath+"/disableAcceptEncoding",schemaPath:"#/properties/disableAcceptEncoding/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
validate70.errors = vErrors;
return errors === 0;
}
validate70.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema32 = {"type":"object","properties":{"type":{"const":"gcs"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"auth":{"type":"string","enum":["hmac"]},"endpointUrl":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"relay":{"type":"string","enum":["auto","always","off"]},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer","minimum":1},"retryMode":{"type":"string","enum":["standard","adaptive"]},"retryMaxAttempts":{"type":"integer","minimum":1}},"additionalProperties":false,"required":["type"]};

function validate85(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate85.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema32.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.type !== undefined){
if("gcs" !== data.type){
const err2 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "gcs"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.url !== undefined){
if(!(validate66(data.url, {instancePath:instancePath+"/url",parentData:data,parentDataProperty:"url",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.bucket !== undefined){
if(!(validate66(data.bucket, {instancePath:instancePath+"/bucket",parentData:data,parentDataProperty:"bucket",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.prefix !== undefined){
if(!(validate66(data.prefix, {instancePath:instancePath+"/prefix",parentData:data,parentDataProperty:"prefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.auth !== undefined){
let data4 = data.auth;
if(typeof data4 !== "string"){
const err3 = {instancePath:instancePath+"/auth",schemaPath:"#/properties/auth/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!(data4 === "hmac")){
const err4 = {instancePath:instancePath+"/auth",schemaPath:"#/properties/auth/enum",keyword:"enum",params:{allowedValues: schema32.properties.auth.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.endpointUrl !== undefined){
if(!(validate66(data.endpointUrl, {instancePath:instancePath+"/endpointUrl",parentData:data,parentDataProperty:"endpointUrl",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.insecure !== undefined){
if(typeof data.insecure !== "boolean"){
const err5 = {instancePath:instancePath+"/insecure",schemaPath:"#/properties/insecure/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.relay !== undefined){
let data7 = data.relay;
if(typeof data7 !== "string"){
const err6 = {instancePath:instancePath+"/relay",schemaPath:"#/properties/relay/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!(((data7 === "auto") || (data7 === "always")) || (data7 === "off"))){
const err7 = {instancePath:instancePath+"/relay",schemaPath:"#/properties/relay/enum",keyword:"enum",params:{allowedValues: schema32.properties.relay.enum}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.tier !== undefined){
if(!(validate76(data.tier, {instancePath:instancePath+"/tier",parentData:data,parentDataProperty:"tier",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate76.errors : vErrors.concat(validate76.errors);
errors = vErrors.length;
}
}
if(data.blobsPrefix !== undefined){
if(!(validate66(data.blobsPrefix, {instancePath:instancePath+"/blobsPrefix",parentData:data,parentDataProperty:"blobsPrefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.manifestsPrefix !== undefined){
if(!(validate66(data.manifestsPrefix, {instancePath:instancePath+"/manifestsPrefix",parentData:data,parentDataProperty:"manifestsPrefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.touchRefresh !== undefined){
if(!(validate83(data.touchRefresh, {instancePath:instancePath+"/touchRefresh",parentData:data,parentDataProperty:"touchRefresh",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.compression !== undefined){
let data12 = data.compression;
if(typeof data12 !== "string"){
const err8 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(!((((data12 === "uncompressed") || (data12 === "gzip")) || (data12 === "estargz")) || (data12 === "zstd"))){
const err9 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/enum",keyword:"enum",params:{allowedValues: schema32.properties.compression.enum}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.compressionLevel !== undefined){
let data13 = data.compressionLevel;
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err10 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 22 || isNaN(data13)){
const err11 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/maximum",keyword:"maximum",params:{comparison: "<=", limit: 22}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(data13 < 0 || isNaN(data13)){
const err12 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
const err13 = {instancePath:instancePath+"/forceCompression",schemaPath:"#/properties/forceCompression/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.uploadParallelism !== undefined){
let data15 = data.uploadParallelism;
if(!(((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15))) && (isFinite(data15)))){
const err14 = {instancePath:instancePath+"/uploadParallelism",schemaPath:"#/properties/uploadParallelism/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 < 1 || isNaN(data15)){
const err15 = {instancePath:instancePath+"/uploadParallelism",schemaPath:"#/properties/uploadParallelism/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
if(data.retryMode !== undefined){
let data16 = data.retryMode;
if(typeof data16 !== "string"){
const err16 = {instancePath:instancePath+"/retryMode",schemaPath:"#/properties/retryMode/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(!((data16 === "standard") || (data16 === "adaptive"))){
const err17 = {instancePath:instancePath+"/retryMode",schemaPath:"#/properties/retryMode/enum",keyword:"enum",params:{allowedValues: schema32.properties.retryMode.enum}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.retryMaxAttempts !== undefined){
let data17 = data.retryMaxAttempts;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err18 = {instancePath:instancePath+"/retryMaxAttempts",schemaPath:"#/properties/retryMaxAttempts/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 < 1 || isNaN(data17)){
const err19 = {instancePath:instancePath+"/retryMaxAttempts",schemaPath:"#/properties/retryMaxAttempts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
else {
const err20 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
validate85.errors = vErrors;
return errors === 0;
}
validate85.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema33 = {"type":"object","properties":{"type":{"const":"registry"},"ref":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string","enum":["uncompressed","gzip","estargz","zstd"]},"compressionLevel":{"type":"integer","minimum":0,"maximum":22},"forceCompression":{"type":"boolean"}},"additionalProperties":false,"required":["type","ref"]};

function validate94(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate94.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.ref === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "ref"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "type") || (key0 === "ref")) || (key0 === "insecure")) || (key0 === "imageManifest")) || (key0 === "ociMediatypes")) || (key0 === "compression")) || (key0 === "compressionLevel")) || (key0 === "forceCompression"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.type !== undefined){
if("registry" !== data.type){
const err3 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "registry"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.ref !== undefined){
if(!(validate66(data.ref, {instancePath:instancePath+"/ref",parentData:data,parentDataProperty:"ref",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.insecure !== undefined){
if(typeof data.insecure !== "boolean"){
const err4 = {instancePath:instancePath+"/insecure",schemaPath:"#/properties/insecure/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.imageManifest !== undefined){
if(typeof data.imageManifest !== "boolean"){
const err5 = {instancePath:instancePath+"/imageManifest",schemaPath:"#/properties/imageManifest/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.ociMediatypes !== undefined){
if(typeof data.ociMediatypes !== "boolean"){
const err6 = {instancePath:instancePath+"/ociMediatypes",schemaPath:"#/properties/ociMediatypes/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.compression !== undefined){
let data5 = data.compression;
if(typeof data5 !== "string"){
const err7 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!((((data5 === "uncompressed") || (data5 === "gzip")) || (data5 === "estargz")) || (data5 === "zstd"))){
const err8 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/enum",keyword:"enum",params:{allowedValues: schema33.properties.compression.enum}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.compressionLevel !== undefined){
let data6 = data.compressionLevel;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err9 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 22 || isNaN(data6)){
const err10 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/maximum",keyword:"maximum",params:{comparison: "<=", limit: 22}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data6 < 0 || isNaN(data6)){
const err11 = {instancePath:instancePath+"/compressionLevel",schemaPath:"#/properties/compressionLevel/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.forceCompression !== undefined){
if(typeof data.forceCompression !== "boolean"){
const err12 = {instancePath:instancePath+"/forceCompression",schemaPath:"#/properties/forceCompression/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
validate94.errors = vErrors;
return errors === 0;
}
validate94.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema34 = {"type":"object","properties":{"type":{"const":"gha"},"scope":{"$ref":"#/$defs/Template"},"timeout":{"$ref":"#/$defs/Duration"},"version":{"type":"integer","enum":[1,2]},"url":{"$ref":"#/$defs/Template"},"urlV2":{"$ref":"#/$defs/Template"},"repository":{"$ref":"#/$defs/Template"}},"additionalProperties":false,"required":["type"]};

function validate96(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate96.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "type") || (key0 === "scope")) || (key0 === "timeout")) || (key0 === "version")) || (key0 === "url")) || (key0 === "urlV2")) || (key0 === "repository"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.type !== undefined){
if("gha" !== data.type){
const err2 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "gha"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.scope !== undefined){
if(!(validate66(data.scope, {instancePath:instancePath+"/scope",parentData:data,parentDataProperty:"scope",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.timeout !== undefined){
if(!(validate83(data.timeout, {instancePath:instancePath+"/timeout",parentData:data,parentDataProperty:"timeout",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.version !== undefined){
let data3 = data.version;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err3 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!((data3 === 1) || (data3 === 2))){
const err4 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/enum",keyword:"enum",params:{allowedValues: schema34.properties.version.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.url !== undefined){
if(!(validate66(data.url, {instancePath:instancePath+"/url",parentData:data,parentDataProperty:"url",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.urlV2 !== undefined){
if(!(validate66(data.urlV2, {instancePath:instancePath+"/urlV2",parentData:data,parentDataProperty:"urlV2",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.repository !== undefined){
if(!(validate66(data.repository, {instancePath:instancePath+"/repository",parentData:data,parentDataProperty:"repository",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err5 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
validate96.errors = vErrors;
return errors === 0;
}
validate96.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate102(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate102.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.accountUrl === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "accountUrl"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "type") || (key0 === "accountUrl")) || (key0 === "accountName")) || (key0 === "container")) || (key0 === "prefix")) || (key0 === "blobsPrefix")) || (key0 === "manifestsPrefix"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.type !== undefined){
if("azblob" !== data.type){
const err3 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "azblob"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.accountUrl !== undefined){
if(!(validate66(data.accountUrl, {instancePath:instancePath+"/accountUrl",parentData:data,parentDataProperty:"accountUrl",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.accountName !== undefined){
if(!(validate66(data.accountName, {instancePath:instancePath+"/accountName",parentData:data,parentDataProperty:"accountName",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.container !== undefined){
if(!(validate66(data.container, {instancePath:instancePath+"/container",parentData:data,parentDataProperty:"container",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.prefix !== undefined){
if(!(validate66(data.prefix, {instancePath:instancePath+"/prefix",parentData:data,parentDataProperty:"prefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.blobsPrefix !== undefined){
if(!(validate66(data.blobsPrefix, {instancePath:instancePath+"/blobsPrefix",parentData:data,parentDataProperty:"blobsPrefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.manifestsPrefix !== undefined){
if(!(validate66(data.manifestsPrefix, {instancePath:instancePath+"/manifestsPrefix",parentData:data,parentDataProperty:"manifestsPrefix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err4 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
validate102.errors = vErrors;
return errors === 0;
}
validate102.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate109(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate109.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "type") || (key0 === "ref"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.type !== undefined){
if("inline" !== data.type){
const err2 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "inline"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.ref !== undefined){
if(!(validate66(data.ref, {instancePath:instancePath+"/ref",parentData:data,parentDataProperty:"ref",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate109.errors = vErrors;
return errors === 0;
}
validate109.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate64(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate64.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
const tag0 = data.type;
if(typeof tag0 == "string"){
if(tag0 === "local"){
if(!(validate65(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate65.errors : vErrors.concat(validate65.errors);
errors = vErrors.length;
}
var props0 = true;
}
else if(tag0 === "s3"){
if(!(validate70(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "gcs"){
if(!(validate85(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate85.errors : vErrors.concat(validate85.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "registry"){
if(!(validate94(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate94.errors : vErrors.concat(validate94.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "gha"){
if(!(validate96(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate96.errors : vErrors.concat(validate96.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "azblob"){
if(!(validate102(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate102.errors : vErrors.concat(validate102.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else if(tag0 === "inline"){
if(!(validate109(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate109.errors : vErrors.concat(validate109.errors);
errors = vErrors.length;
}
if(props0 !== true){
props0 = true;
}
}
else {
const err1 = {instancePath,schemaPath:"#/discriminator",keyword:"discriminator",params:{error: "mapping", tag: "type", tagValue: tag0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath,schemaPath:"#/discriminator",keyword:"discriminator",params:{error: "tag", tag: "type", tagValue: tag0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate64.errors = vErrors;
evaluated0.props = props0;
return errors === 0;
}
validate64.evaluated = {"dynamicProps":true,"dynamicItems":false};

const schema37 = {"type":"object","properties":{"read":{"type":"array","items":{"type":"string"}},"write":{"type":"array","items":{"type":"string"}},"scope":{"type":"string","minLength":1},"scopes":{"$ref":"#/$defs/ScopeRules"},"epoch":{"type":"integer","minimum":0,"maximum":999999},"mode":{"type":"string","enum":["min","max"]},"ignoreError":{"type":"boolean"},"committed":{"type":"string","enum":["off","read","read-write"]},"mounts":{"anyOf":[{"type":"string"},{"const":false}]},"mountBudget":{"$ref":"#/$defs/MountBudget"}},"additionalProperties":false};
const schema38 = {"type":"object","properties":{"defaultBranch":{"type":"string","minLength":1},"read":{"type":"array","items":{"type":"string","minLength":1}},"requests":{"type":"string","enum":["read","own"]}},"additionalProperties":false};

function validate120(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate120.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "defaultBranch") || (key0 === "read")) || (key0 === "requests"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.defaultBranch !== undefined){
let data0 = data.defaultBranch;
if(typeof data0 === "string"){
if(data0.length < 1){
const err1 = {instancePath:instancePath+"/defaultBranch",schemaPath:"#/properties/defaultBranch/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/defaultBranch",schemaPath:"#/properties/defaultBranch/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
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
const err3 = {instancePath:instancePath+"/read/" + i0,schemaPath:"#/properties/read/items/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/read/" + i0,schemaPath:"#/properties/read/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/read",schemaPath:"#/properties/read/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.requests !== undefined){
let data3 = data.requests;
if(typeof data3 !== "string"){
const err6 = {instancePath:instancePath+"/requests",schemaPath:"#/properties/requests/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!((data3 === "read") || (data3 === "own"))){
const err7 = {instancePath:instancePath+"/requests",schemaPath:"#/properties/requests/enum",keyword:"enum",params:{allowedValues: schema38.properties.requests.enum}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
validate120.errors = vErrors;
return errors === 0;
}
validate120.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate122(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate122.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "restore") || (key0 === "save")) || (key0 === "first"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.restore !== undefined){
if(!(validate83(data.restore, {instancePath:instancePath+"/restore",parentData:data,parentDataProperty:"restore",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.save !== undefined){
if(!(validate83(data.save, {instancePath:instancePath+"/save",parentData:data,parentDataProperty:"save",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
if(data.first !== undefined){
if(!(validate83(data.first, {instancePath:instancePath+"/first",parentData:data,parentDataProperty:"first",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate122.errors = vErrors;
return errors === 0;
}
validate122.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate119(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate119.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func1.call(schema37.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.read !== undefined){
let data0 = data.read;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
const err1 = {instancePath:instancePath+"/read/" + i0,schemaPath:"#/properties/read/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {instancePath:instancePath+"/read",schemaPath:"#/properties/read/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.write !== undefined){
let data2 = data.write;
if(Array.isArray(data2)){
const len1 = data2.length;
for(let i1=0; i1<len1; i1++){
if(typeof data2[i1] !== "string"){
const err3 = {instancePath:instancePath+"/write/" + i1,schemaPath:"#/properties/write/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
else {
const err4 = {instancePath:instancePath+"/write",schemaPath:"#/properties/write/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.scope !== undefined){
let data4 = data.scope;
if(typeof data4 === "string"){
if(data4.length < 1){
const err5 = {instancePath:instancePath+"/scope",schemaPath:"#/properties/scope/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/scope",schemaPath:"#/properties/scope/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.scopes !== undefined){
if(!(validate120(data.scopes, {instancePath:instancePath+"/scopes",parentData:data,parentDataProperty:"scopes",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate120.errors : vErrors.concat(validate120.errors);
errors = vErrors.length;
}
}
if(data.epoch !== undefined){
let data6 = data.epoch;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err7 = {instancePath:instancePath+"/epoch",schemaPath:"#/properties/epoch/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 999999 || isNaN(data6)){
const err8 = {instancePath:instancePath+"/epoch",schemaPath:"#/properties/epoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999999}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data6 < 0 || isNaN(data6)){
const err9 = {instancePath:instancePath+"/epoch",schemaPath:"#/properties/epoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
if(data.mode !== undefined){
let data7 = data.mode;
if(typeof data7 !== "string"){
const err10 = {instancePath:instancePath+"/mode",schemaPath:"#/properties/mode/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!((data7 === "min") || (data7 === "max"))){
const err11 = {instancePath:instancePath+"/mode",schemaPath:"#/properties/mode/enum",keyword:"enum",params:{allowedValues: schema37.properties.mode.enum}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.ignoreError !== undefined){
if(typeof data.ignoreError !== "boolean"){
const err12 = {instancePath:instancePath+"/ignoreError",schemaPath:"#/properties/ignoreError/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.committed !== undefined){
let data9 = data.committed;
if(typeof data9 !== "string"){
const err13 = {instancePath:instancePath+"/committed",schemaPath:"#/properties/committed/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(!(((data9 === "off") || (data9 === "read")) || (data9 === "read-write"))){
const err14 = {instancePath:instancePath+"/committed",schemaPath:"#/properties/committed/enum",keyword:"enum",params:{allowedValues: schema37.properties.committed.enum}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.mounts !== undefined){
let data10 = data.mounts;
const _errs22 = errors;
let valid5 = false;
const _errs23 = errors;
if(typeof data10 !== "string"){
const err15 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/anyOf/0/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
var _valid0 = _errs23 === errors;
valid5 = valid5 || _valid0;
const _errs25 = errors;
if(false !== data10){
const err16 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/anyOf/1/const",keyword:"const",params:{allowedValue: false}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
var _valid0 = _errs25 === errors;
valid5 = valid5 || _valid0;
if(!valid5){
const err17 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
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
if(!(validate122(data.mountBudget, {instancePath:instancePath+"/mountBudget",parentData:data,parentDataProperty:"mountBudget",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate122.errors : vErrors.concat(validate122.errors);
errors = vErrors.length;
}
}
}
else {
const err18 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
validate119.errors = vErrors;
return errors === 0;
}
validate119.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern8 = new RegExp("^[a-z0-9][a-z0-9-]{0,31}$", "u");

function validate128(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate128.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern8.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9-]{0,31}$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate128.errors = vErrors;
return errors === 0;
}
validate128.evaluated = {"dynamicProps":false,"dynamicItems":false};

const schema41 = {"type":"object","properties":{"when":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]},"reads":{"type":"array","items":{"type":"string"}},"cache":{"type":"string","enum":["off","read","read-write"]}},"required":["when"],"additionalProperties":false};

function validate130(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate130.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.when === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "when"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(((key0 === "when") || (key0 === "reads")) || (key0 === "cache"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.when !== undefined){
let data0 = data.when;
const _errs3 = errors;
let valid1 = false;
const _errs4 = errors;
if(typeof data0 !== "string"){
const err2 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/anyOf/0/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var _valid0 = _errs4 === errors;
valid1 = valid1 || _valid0;
const _errs6 = errors;
if(Array.isArray(data0)){
if(data0.length < 1){
const err3 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/anyOf/1/minItems",keyword:"minItems",params:{limit: 1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
const err4 = {instancePath:instancePath+"/when/" + i0,schemaPath:"#/properties/when/anyOf/1/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/anyOf/1/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
var _valid0 = _errs6 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const err6 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
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
const err7 = {instancePath:instancePath+"/reads/" + i1,schemaPath:"#/properties/reads/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath:instancePath+"/reads",schemaPath:"#/properties/reads/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.cache !== undefined){
let data4 = data.cache;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(!(((data4 === "off") || (data4 === "read")) || (data4 === "read-write"))){
const err10 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/enum",keyword:"enum",params:{allowedValues: schema41.properties.cache.enum}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
else {
const err11 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
validate130.errors = vErrors;
return errors === 0;
}
validate130.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern9 = new RegExp("^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$", "u");

function validate133(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate133.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern9.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate133.errors = vErrors;
return errors === 0;
}
validate133.evaluated = {"dynamicProps":false,"dynamicItems":false};


function validate137(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate137.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "keepWithin") || (key0 === "keepLast")) || (key0 === "maxSize"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.keepWithin !== undefined){
if(!(validate133(data.keepWithin, {instancePath:instancePath+"/keepWithin",parentData:data,parentDataProperty:"keepWithin",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate133.errors : vErrors.concat(validate133.errors);
errors = vErrors.length;
}
}
if(data.keepLast !== undefined){
let data1 = data.keepLast;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err1 = {instancePath:instancePath+"/keepLast",schemaPath:"#/properties/keepLast/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 < 1 || isNaN(data1)){
const err2 = {instancePath:instancePath+"/keepLast",schemaPath:"#/properties/keepLast/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, {instancePath:instancePath+"/maxSize",parentData:data,parentDataProperty:"maxSize",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate137.errors = vErrors;
return errors === 0;
}
validate137.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate132(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate132.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((key0 === "keepWithin") || (key0 === "keepLast")) || (key0 === "maxSize")) || (key0 === "grace")) || (key0 === "layers")) || (key0 === "mounts"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.keepWithin !== undefined){
if(!(validate133(data.keepWithin, {instancePath:instancePath+"/keepWithin",parentData:data,parentDataProperty:"keepWithin",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate133.errors : vErrors.concat(validate133.errors);
errors = vErrors.length;
}
}
if(data.keepLast !== undefined){
let data1 = data.keepLast;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err1 = {instancePath:instancePath+"/keepLast",schemaPath:"#/properties/keepLast/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 < 1 || isNaN(data1)){
const err2 = {instancePath:instancePath+"/keepLast",schemaPath:"#/properties/keepLast/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, {instancePath:instancePath+"/maxSize",parentData:data,parentDataProperty:"maxSize",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
if(data.grace !== undefined){
if(!(validate133(data.grace, {instancePath:instancePath+"/grace",parentData:data,parentDataProperty:"grace",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate133.errors : vErrors.concat(validate133.errors);
errors = vErrors.length;
}
}
if(data.layers !== undefined){
let data4 = data.layers;
const _errs8 = errors;
let valid1 = false;
const _errs9 = errors;
if(!(validate137(data4, {instancePath:instancePath+"/layers",parentData:data,parentDataProperty:"layers",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate137.errors : vErrors.concat(validate137.errors);
errors = vErrors.length;
}
var _valid0 = _errs9 === errors;
valid1 = valid1 || _valid0;
const _errs10 = errors;
if(false !== data4){
const err3 = {instancePath:instancePath+"/layers",schemaPath:"#/properties/layers/anyOf/1/const",keyword:"const",params:{allowedValue: false}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var _valid0 = _errs10 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const err4 = {instancePath:instancePath+"/layers",schemaPath:"#/properties/layers/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
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
if(!(validate137(data5, {instancePath:instancePath+"/mounts",parentData:data,parentDataProperty:"mounts",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate137.errors : vErrors.concat(validate137.errors);
errors = vErrors.length;
}
var _valid1 = _errs13 === errors;
valid2 = valid2 || _valid1;
const _errs14 = errors;
if(false !== data5){
const err5 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/anyOf/1/const",keyword:"const",params:{allowedValue: false}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
var _valid1 = _errs14 === errors;
valid2 = valid2 || _valid1;
if(!valid2){
const err6 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
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
const err7 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
validate132.errors = vErrors;
return errors === 0;
}
validate132.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema45 = {"type":"string","enum":["go-mod","go-build","npm","pnpm","yarn-classic","yarn-berry","bun","turbo","nx","next","deno","pip","uv","poetry","pdm","pipenv","conda","cargo-registry","cargo-git","cargo-target","apt","apt-lists","apk","dnf","dnf5","maven","gradle","sbt","nuget","composer","bundler","gem","hex","ccache","sccache","conan","vcpkg"]};

function validate144(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate144.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(!(((((((((((((((((((((((((((((((((((((data === "go-mod") || (data === "go-build")) || (data === "npm")) || (data === "pnpm")) || (data === "yarn-classic")) || (data === "yarn-berry")) || (data === "bun")) || (data === "turbo")) || (data === "nx")) || (data === "next")) || (data === "deno")) || (data === "pip")) || (data === "uv")) || (data === "poetry")) || (data === "pdm")) || (data === "pipenv")) || (data === "conda")) || (data === "cargo-registry")) || (data === "cargo-git")) || (data === "cargo-target")) || (data === "apt")) || (data === "apt-lists")) || (data === "apk")) || (data === "dnf")) || (data === "dnf5")) || (data === "maven")) || (data === "gradle")) || (data === "sbt")) || (data === "nuget")) || (data === "composer")) || (data === "bundler")) || (data === "gem")) || (data === "hex")) || (data === "ccache")) || (data === "sccache")) || (data === "conan")) || (data === "vcpkg"))){
const err1 = {instancePath,schemaPath:"#/enum",keyword:"enum",params:{allowedValues: schema45.enum}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate144.errors = vErrors;
return errors === 0;
}
validate144.evaluated = {"dynamicProps":false,"dynamicItems":false};

const schema46 = {"type":"object","properties":{"preset":{"$ref":"#/$defs/Preset"},"id":{"type":"string","pattern":"^[a-zA-Z0-9_./-]+$"},"target":{"type":"string","pattern":"^/"},"sharing":{"type":"string","enum":["shared","private","locked"]},"uid":{"type":"integer","minimum":0},"gid":{"type":"integer","minimum":0},"mode":{"type":"string"},"perArch":{"type":"boolean"},"env":{"type":"object","additionalProperties":{"type":"string"},"propertyNames":{"$ref":"#/$defs/VariableName"}},"key":{"type":"array","items":{"type":"string","minLength":1}},"maxSize":{"$ref":"#/$defs/Size"},"persist":{"type":"boolean"}},"additionalProperties":false};
const pattern10 = new RegExp("^[a-zA-Z0-9_./-]+$", "u");
const pattern11 = new RegExp("^/", "u");

function validate146(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate146.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func1.call(schema46.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.preset !== undefined){
if(!(validate144(data.preset, {instancePath:instancePath+"/preset",parentData:data,parentDataProperty:"preset",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate144.errors : vErrors.concat(validate144.errors);
errors = vErrors.length;
}
}
if(data.id !== undefined){
let data1 = data.id;
if(typeof data1 === "string"){
if(!pattern10.test(data1)){
const err1 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/pattern",keyword:"pattern",params:{pattern: "^[a-zA-Z0-9_./-]+$"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.target !== undefined){
let data2 = data.target;
if(typeof data2 === "string"){
if(!pattern11.test(data2)){
const err3 = {instancePath:instancePath+"/target",schemaPath:"#/properties/target/pattern",keyword:"pattern",params:{pattern: "^/"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/target",schemaPath:"#/properties/target/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.sharing !== undefined){
let data3 = data.sharing;
if(typeof data3 !== "string"){
const err5 = {instancePath:instancePath+"/sharing",schemaPath:"#/properties/sharing/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!(((data3 === "shared") || (data3 === "private")) || (data3 === "locked"))){
const err6 = {instancePath:instancePath+"/sharing",schemaPath:"#/properties/sharing/enum",keyword:"enum",params:{allowedValues: schema46.properties.sharing.enum}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.uid !== undefined){
let data4 = data.uid;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err7 = {instancePath:instancePath+"/uid",schemaPath:"#/properties/uid/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 < 0 || isNaN(data4)){
const err8 = {instancePath:instancePath+"/uid",schemaPath:"#/properties/uid/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data.gid !== undefined){
let data5 = data.gid;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err9 = {instancePath:instancePath+"/gid",schemaPath:"#/properties/gid/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 < 0 || isNaN(data5)){
const err10 = {instancePath:instancePath+"/gid",schemaPath:"#/properties/gid/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
if(data.mode !== undefined){
if(typeof data.mode !== "string"){
const err11 = {instancePath:instancePath+"/mode",schemaPath:"#/properties/mode/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.perArch !== undefined){
if(typeof data.perArch !== "boolean"){
const err12 = {instancePath:instancePath+"/perArch",schemaPath:"#/properties/perArch/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.env !== undefined){
let data8 = data.env;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key1 in data8){
const _errs19 = errors;
if(!(validate55(key1, {instancePath:instancePath+"/env",parentData:data8,parentDataProperty:"env",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate55.errors : vErrors.concat(validate55.errors);
errors = vErrors.length;
}
var valid1 = _errs19 === errors;
if(!valid1){
const err13 = {instancePath:instancePath+"/env",schemaPath:"#/properties/env/propertyNames",keyword:"propertyNames",params:{propertyName: key1}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
for(const key2 in data8){
if(typeof data8[key2] !== "string"){
const err14 = {instancePath:instancePath+"/env/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/env/additionalProperties/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/env",schemaPath:"#/properties/env/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
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
const err16 = {instancePath:instancePath+"/key/" + i0,schemaPath:"#/properties/key/items/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/key/" + i0,schemaPath:"#/properties/key/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/key",schemaPath:"#/properties/key/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.maxSize !== undefined){
if(!(validate78(data.maxSize, {instancePath:instancePath+"/maxSize",parentData:data,parentDataProperty:"maxSize",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate78.errors : vErrors.concat(validate78.errors);
errors = vErrors.length;
}
}
if(data.persist !== undefined){
if(typeof data.persist !== "boolean"){
const err19 = {instancePath:instancePath+"/persist",schemaPath:"#/properties/persist/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
validate146.errors = vErrors;
return errors === 0;
}
validate146.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern12 = new RegExp("^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$", "u");

function validate153(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate153.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data === "string"){
if(!pattern12.test(data)){
const err0 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate153.errors = vErrors;
return errors === 0;
}
validate153.evaluated = {"dynamicProps":false,"dynamicItems":false};

const schema50 = {"type":"object","properties":{"type":{"type":"string","minLength":1}},"required":["type"],"additionalProperties":{"type":["string","number","boolean"]}};

function validate158(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate158.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.type === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(key0 === "type")){
let data0 = data[key0];
if(((typeof data0 !== "string") && (!((typeof data0 == "number") && (isFinite(data0))))) && (typeof data0 !== "boolean")){
const err1 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/type",keyword:"type",params:{type: schema50.additionalProperties.type}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
if(data.type !== undefined){
let data1 = data.type;
if(typeof data1 === "string"){
if(data1.length < 1){
const err2 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
else {
const err4 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
validate158.errors = vErrors;
return errors === 0;
}
validate158.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate156(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate156.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs0 = errors;
let valid0 = false;
const _errs1 = errors;
if(!(validate66(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid0 = _errs1 === errors;
valid0 = valid0 || _valid0;
const _errs2 = errors;
if(!(validate158(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate158.errors : vErrors.concat(validate158.errors);
errors = vErrors.length;
}
var _valid0 = _errs2 === errors;
valid0 = valid0 || _valid0;
if(_valid0){
var props0 = true;
}
if(!valid0){
const err0 = {instancePath,schemaPath:"#/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
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
evaluated0.props = props0;
return errors === 0;
}
validate156.evaluated = {"dynamicProps":true,"dynamicItems":false};


function validate180(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate180.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((key0 === "filename") || (key0 === "reset")) || (key0 === "disabled")) || (key0 === "strict")) || (key0 === "logLevel"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.filename !== undefined){
if(!(validate66(data.filename, {instancePath:instancePath+"/filename",parentData:data,parentDataProperty:"filename",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.reset !== undefined){
if(typeof data.reset !== "boolean"){
const err1 = {instancePath:instancePath+"/reset",schemaPath:"#/properties/reset/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.disabled !== undefined){
if(typeof data.disabled !== "boolean"){
const err2 = {instancePath:instancePath+"/disabled",schemaPath:"#/properties/disabled/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.strict !== undefined){
if(typeof data.strict !== "boolean"){
const err3 = {instancePath:instancePath+"/strict",schemaPath:"#/properties/strict/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.logLevel !== undefined){
if(!(validate66(data.logLevel, {instancePath:instancePath+"/logLevel",parentData:data,parentDataProperty:"logLevel",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err4 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
validate180.errors = vErrors;
return errors === 0;
}
validate180.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate185(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate185.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((((key0 === "memory") || (key0 === "memorySwap")) || (key0 === "cpuShares")) || (key0 === "cpuPeriod")) || (key0 === "cpuQuota")) || (key0 === "cpusetCpus")) || (key0 === "cpusetMems"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.memory !== undefined){
if(!(validate66(data.memory, {instancePath:instancePath+"/memory",parentData:data,parentDataProperty:"memory",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.memorySwap !== undefined){
if(!(validate66(data.memorySwap, {instancePath:instancePath+"/memorySwap",parentData:data,parentDataProperty:"memorySwap",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpuShares !== undefined){
if(!(validate66(data.cpuShares, {instancePath:instancePath+"/cpuShares",parentData:data,parentDataProperty:"cpuShares",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpuPeriod !== undefined){
if(!(validate66(data.cpuPeriod, {instancePath:instancePath+"/cpuPeriod",parentData:data,parentDataProperty:"cpuPeriod",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpuQuota !== undefined){
if(!(validate66(data.cpuQuota, {instancePath:instancePath+"/cpuQuota",parentData:data,parentDataProperty:"cpuQuota",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpusetCpus !== undefined){
if(!(validate66(data.cpusetCpus, {instancePath:instancePath+"/cpusetCpus",parentData:data,parentDataProperty:"cpusetCpus",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.cpusetMems !== undefined){
if(!(validate66(data.cpusetMems, {instancePath:instancePath+"/cpusetMems",parentData:data,parentDataProperty:"cpusetMems",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate185.errors = vErrors;
return errors === 0;
}
validate185.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate195(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate195.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.id === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "id"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(((key0 === "id") || (key0 === "src")) || (key0 === "env"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.id !== undefined){
if(!(validate66(data.id, {instancePath:instancePath+"/id",parentData:data,parentDataProperty:"id",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.src !== undefined){
if(!(validate66(data.src, {instancePath:instancePath+"/src",parentData:data,parentDataProperty:"src",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.env !== undefined){
if(!(validate66(data.env, {instancePath:instancePath+"/env",parentData:data,parentDataProperty:"env",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate195.errors = vErrors;
return errors === 0;
}
validate195.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate202(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate202.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.id === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "id"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "id") || (key0 === "paths"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.id !== undefined){
if(!(validate66(data.id, {instancePath:instancePath+"/id",parentData:data,parentDataProperty:"id",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.paths !== undefined){
let data1 = data.paths;
if(Array.isArray(data1)){
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
if(!(validate66(data1[i0], {instancePath:instancePath+"/paths/" + i0,parentData:data1,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err2 = {instancePath:instancePath+"/paths",schemaPath:"#/properties/paths/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
validate202.errors = vErrors;
return errors === 0;
}
validate202.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate151(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate151.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.annotations !== undefined){
let data0 = data.annotations;
const _errs2 = errors;
let valid1 = false;
const _errs3 = errors;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(!(validate66(data0[i0], {instancePath:instancePath+"/annotations/" + i0,parentData:data0,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err0 = {instancePath:instancePath+"/annotations",schemaPath:"#/properties/annotations/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var _valid0 = _errs3 === errors;
valid1 = valid1 || _valid0;
const _errs6 = errors;
if(!(validate153(data0, {instancePath:instancePath+"/annotations",parentData:data,parentDataProperty:"annotations",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid0 = _errs6 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const err1 = {instancePath:instancePath+"/annotations",schemaPath:"#/properties/annotations/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
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
if(!(validate66(data3, {instancePath:instancePath+"/args/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data2,parentDataProperty:key0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid1 = _errs12 === errors;
valid5 = valid5 || _valid1;
const _errs13 = errors;
if(data3 !== null){
const err2 = {instancePath:instancePath+"/args/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/args/additionalProperties/anyOf/1/type",keyword:"type",params:{type: "null"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var _valid1 = _errs13 === errors;
valid5 = valid5 || _valid1;
if(!valid5){
const err3 = {instancePath:instancePath+"/args/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/args/additionalProperties/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
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
const err4 = {instancePath:instancePath+"/args",schemaPath:"#/properties/args/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.attest !== undefined){
let data4 = data.attest;
if(Array.isArray(data4)){
const len1 = data4.length;
for(let i1=0; i1<len1; i1++){
if(!(validate156(data4[i1], {instancePath:instancePath+"/attest/" + i1,parentData:data4,parentDataProperty:i1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
const err5 = {instancePath:instancePath+"/attest",schemaPath:"#/properties/attest/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.call !== undefined){
if(!(validate66(data.call, {instancePath:instancePath+"/call",parentData:data,parentDataProperty:"call",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.context !== undefined){
if(!(validate66(data.context, {instancePath:instancePath+"/context",parentData:data,parentDataProperty:"context",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.contexts !== undefined){
let data8 = data.contexts;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key1 in data8){
if(!(validate66(data8[key1], {instancePath:instancePath+"/contexts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data8,parentDataProperty:key1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err6 = {instancePath:instancePath+"/contexts",schemaPath:"#/properties/contexts/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.description !== undefined){
if(!(validate66(data.description, {instancePath:instancePath+"/description",parentData:data,parentDataProperty:"description",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.dockerfile !== undefined){
if(!(validate66(data.dockerfile, {instancePath:instancePath+"/dockerfile",parentData:data,parentDataProperty:"dockerfile",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data.dockerfileInline !== undefined){
if(!(validate66(data.dockerfileInline, {instancePath:instancePath+"/dockerfileInline",parentData:data,parentDataProperty:"dockerfileInline",rootData,dynamicAnchors}))){
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
if(!(validate66(data13[i2], {instancePath:instancePath+"/entitlements/" + i2,parentData:data13,parentDataProperty:i2,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err7 = {instancePath:instancePath+"/entitlements",schemaPath:"#/properties/entitlements/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
var _valid2 = _errs29 === errors;
valid9 = valid9 || _valid2;
const _errs32 = errors;
if(!(validate153(data13, {instancePath:instancePath+"/entitlements",parentData:data,parentDataProperty:"entitlements",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid2 = _errs32 === errors;
valid9 = valid9 || _valid2;
if(!valid9){
const err8 = {instancePath:instancePath+"/entitlements",schemaPath:"#/properties/entitlements/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
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
if(!(validate66(data15[key2], {instancePath:instancePath+"/extraHosts/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data15,parentDataProperty:key2,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err9 = {instancePath:instancePath+"/extraHosts",schemaPath:"#/properties/extraHosts/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
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
if(!(validate66(data18, {instancePath:instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data17,parentDataProperty:key3,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid3 = _errs42 === errors;
valid14 = valid14 || _valid3;
const _errs43 = errors;
if(data18 !== null){
const err10 = {instancePath:instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/anyOf/1/type",keyword:"type",params:{type: "null"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
var _valid3 = _errs43 === errors;
valid14 = valid14 || _valid3;
if(!valid14){
const err11 = {instancePath:instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
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
const err12 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.network !== undefined){
if(!(validate66(data.network, {instancePath:instancePath+"/network",parentData:data,parentDataProperty:"network",rootData,dynamicAnchors}))){
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
const err13 = {instancePath:instancePath+"/noCache",schemaPath:"#/properties/noCache/anyOf/0/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
var _valid4 = _errs48 === errors;
valid15 = valid15 || _valid4;
const _errs50 = errors;
if(!(validate153(data20, {instancePath:instancePath+"/noCache",parentData:data,parentDataProperty:"noCache",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid4 = _errs50 === errors;
valid15 = valid15 || _valid4;
if(!valid15){
const err14 = {instancePath:instancePath+"/noCache",schemaPath:"#/properties/noCache/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
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
if(!(validate66(data21[i3], {instancePath:instancePath+"/noCacheFilter/" + i3,parentData:data21,parentDataProperty:i3,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err15 = {instancePath:instancePath+"/noCacheFilter",schemaPath:"#/properties/noCacheFilter/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
var _valid5 = _errs53 === errors;
valid16 = valid16 || _valid5;
const _errs56 = errors;
if(!(validate153(data21, {instancePath:instancePath+"/noCacheFilter",parentData:data,parentDataProperty:"noCacheFilter",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid5 = _errs56 === errors;
valid16 = valid16 || _valid5;
if(!valid16){
const err16 = {instancePath:instancePath+"/noCacheFilter",schemaPath:"#/properties/noCacheFilter/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
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
if(!(validate156(data23[i4], {instancePath:instancePath+"/output/" + i4,parentData:data23,parentDataProperty:i4,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
const err17 = {instancePath:instancePath+"/output",schemaPath:"#/properties/output/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
var _valid6 = _errs59 === errors;
valid19 = valid19 || _valid6;
const _errs62 = errors;
if(!(validate153(data23, {instancePath:instancePath+"/output",parentData:data,parentDataProperty:"output",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid6 = _errs62 === errors;
valid19 = valid19 || _valid6;
if(!valid19){
const err18 = {instancePath:instancePath+"/output",schemaPath:"#/properties/output/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
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
if(!(validate66(data25[i5], {instancePath:instancePath+"/platforms/" + i5,parentData:data25,parentDataProperty:i5,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err19 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
var _valid7 = _errs65 === errors;
valid22 = valid22 || _valid7;
const _errs68 = errors;
if(!(validate153(data25, {instancePath:instancePath+"/platforms",parentData:data,parentDataProperty:"platforms",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid7 = _errs68 === errors;
valid22 = valid22 || _valid7;
if(!valid22){
const err20 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
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
if(!(validate66(data28, {instancePath:instancePath+"/policy/" + i6,parentData:data27,parentDataProperty:i6,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid8 = _errs73 === errors;
valid27 = valid27 || _valid8;
const _errs74 = errors;
if(!(validate180(data28, {instancePath:instancePath+"/policy/" + i6,parentData:data27,parentDataProperty:i6,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate180.errors : vErrors.concat(validate180.errors);
errors = vErrors.length;
}
var _valid8 = _errs74 === errors;
valid27 = valid27 || _valid8;
if(!valid27){
const err21 = {instancePath:instancePath+"/policy/" + i6,schemaPath:"#/properties/policy/items/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
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
const err22 = {instancePath:instancePath+"/policy",schemaPath:"#/properties/policy/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.pull !== undefined){
let data29 = data.pull;
const _errs76 = errors;
let valid28 = false;
const _errs77 = errors;
if(typeof data29 !== "boolean"){
const err23 = {instancePath:instancePath+"/pull",schemaPath:"#/properties/pull/anyOf/0/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
var _valid9 = _errs77 === errors;
valid28 = valid28 || _valid9;
const _errs79 = errors;
if(!(validate153(data29, {instancePath:instancePath+"/pull",parentData:data,parentDataProperty:"pull",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid9 = _errs79 === errors;
valid28 = valid28 || _valid9;
if(!valid28){
const err24 = {instancePath:instancePath+"/pull",schemaPath:"#/properties/pull/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
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
if(!(validate185(data.resources, {instancePath:instancePath+"/resources",parentData:data,parentDataProperty:"resources",rootData,dynamicAnchors}))){
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
if(!(validate66(data32, {instancePath:instancePath+"/secret/" + i7,parentData:data31,parentDataProperty:i7,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid10 = _errs85 === errors;
valid31 = valid31 || _valid10;
const _errs86 = errors;
if(!(validate195(data32, {instancePath:instancePath+"/secret/" + i7,parentData:data31,parentDataProperty:i7,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate195.errors : vErrors.concat(validate195.errors);
errors = vErrors.length;
}
var _valid10 = _errs86 === errors;
valid31 = valid31 || _valid10;
if(!valid31){
const err25 = {instancePath:instancePath+"/secret/" + i7,schemaPath:"#/properties/secret/items/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
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
const err26 = {instancePath:instancePath+"/secret",schemaPath:"#/properties/secret/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data.shmSize !== undefined){
if(!(validate66(data.shmSize, {instancePath:instancePath+"/shmSize",parentData:data,parentDataProperty:"shmSize",rootData,dynamicAnchors}))){
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
if(!(validate66(data35, {instancePath:instancePath+"/ssh/" + i8,parentData:data34,parentDataProperty:i8,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var _valid11 = _errs92 === errors;
valid34 = valid34 || _valid11;
const _errs93 = errors;
if(!(validate202(data35, {instancePath:instancePath+"/ssh/" + i8,parentData:data34,parentDataProperty:i8,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate202.errors : vErrors.concat(validate202.errors);
errors = vErrors.length;
}
var _valid11 = _errs93 === errors;
valid34 = valid34 || _valid11;
if(!valid34){
const err27 = {instancePath:instancePath+"/ssh/" + i8,schemaPath:"#/properties/ssh/items/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
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
const err28 = {instancePath:instancePath+"/ssh",schemaPath:"#/properties/ssh/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
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
if(!(validate66(data36[i9], {instancePath:instancePath+"/tags/" + i9,parentData:data36,parentDataProperty:i9,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err29 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
var _valid12 = _errs96 === errors;
valid35 = valid35 || _valid12;
const _errs99 = errors;
if(!(validate153(data36, {instancePath:instancePath+"/tags",parentData:data,parentDataProperty:"tags",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid12 = _errs99 === errors;
valid35 = valid35 || _valid12;
if(!valid35){
const err30 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
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
if(!(validate66(data.target, {instancePath:instancePath+"/target",parentData:data,parentDataProperty:"target",rootData,dynamicAnchors}))){
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
if(!(validate66(data39[i10], {instancePath:instancePath+"/ulimits/" + i10,parentData:data39,parentDataProperty:i10,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
}
else {
const err31 = {instancePath:instancePath+"/ulimits",schemaPath:"#/properties/ulimits/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
var _valid13 = _errs103 === errors;
valid38 = valid38 || _valid13;
const _errs106 = errors;
if(!(validate153(data39, {instancePath:instancePath+"/ulimits",parentData:data,parentDataProperty:"ulimits",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate153.errors : vErrors.concat(validate153.errors);
errors = vErrors.length;
}
var _valid13 = _errs106 === errors;
valid38 = valid38 || _valid13;
if(!valid38){
const err32 = {instancePath:instancePath+"/ulimits",schemaPath:"#/properties/ulimits/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
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
if(!(validate156(data41[i11], {instancePath:instancePath+"/cacheFrom/" + i11,parentData:data41,parentDataProperty:i11,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
const err33 = {instancePath:instancePath+"/cacheFrom",schemaPath:"#/properties/cacheFrom/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
var _valid14 = _errs109 === errors;
valid41 = valid41 || _valid14;
const _errs112 = errors;
if(false !== data41){
const err34 = {instancePath:instancePath+"/cacheFrom",schemaPath:"#/properties/cacheFrom/anyOf/1/const",keyword:"const",params:{allowedValue: false}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
var _valid14 = _errs112 === errors;
valid41 = valid41 || _valid14;
if(!valid41){
const err35 = {instancePath:instancePath+"/cacheFrom",schemaPath:"#/properties/cacheFrom/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
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
if(!(validate156(data43[i12], {instancePath:instancePath+"/cacheTo/" + i12,parentData:data43,parentDataProperty:i12,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate156.errors : vErrors.concat(validate156.errors);
errors = vErrors.length;
}
}
}
else {
const err36 = {instancePath:instancePath+"/cacheTo",schemaPath:"#/properties/cacheTo/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
var _valid15 = _errs115 === errors;
valid44 = valid44 || _valid15;
const _errs118 = errors;
if(false !== data43){
const err37 = {instancePath:instancePath+"/cacheTo",schemaPath:"#/properties/cacheTo/anyOf/1/const",keyword:"const",params:{allowedValue: false}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
var _valid15 = _errs118 === errors;
valid44 = valid44 || _valid15;
if(!valid44){
const err38 = {instancePath:instancePath+"/cacheTo",schemaPath:"#/properties/cacheTo/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
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
if(!(validate119(data45, {instancePath:instancePath+"/cache",parentData:data,parentDataProperty:"cache",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate119.errors : vErrors.concat(validate119.errors);
errors = vErrors.length;
}
var _valid16 = _errs121 === errors;
valid47 = valid47 || _valid16;
const _errs122 = errors;
if(false !== data45){
const err39 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/anyOf/1/const",keyword:"const",params:{allowedValue: false}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
var _valid16 = _errs122 === errors;
valid47 = valid47 || _valid16;
if(!valid47){
const err40 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
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
const err41 = {instancePath:instancePath+"/mounts/" + i13,schemaPath:"#/properties/mounts/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
validate151.errors = vErrors;
return errors === 0;
}
validate151.evaluated = {"props":{"annotations":true,"args":true,"attest":true,"call":true,"context":true,"contexts":true,"description":true,"dockerfile":true,"dockerfileInline":true,"entitlements":true,"extraHosts":true,"labels":true,"network":true,"noCache":true,"noCacheFilter":true,"output":true,"platforms":true,"policy":true,"pull":true,"resources":true,"secret":true,"shmSize":true,"ssh":true,"tags":true,"target":true,"ulimits":true,"cacheFrom":true,"cacheTo":true,"cache":true,"mounts":true},"dynamicProps":false,"dynamicItems":false};


function validate216(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate216.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(!(validate151(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
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
const err0 = {instancePath:instancePath+"/inherits/" + i0,schemaPath:"#/properties/inherits/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
}
else {
const err1 = {instancePath:instancePath+"/inherits",schemaPath:"#/properties/inherits/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.matrix !== undefined){
let data2 = data.matrix;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key0 in data2){
const _errs8 = errors;
if(!(validate55(key0, {instancePath:instancePath+"/matrix",parentData:data2,parentDataProperty:"matrix",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate55.errors : vErrors.concat(validate55.errors);
errors = vErrors.length;
}
var valid4 = _errs8 === errors;
if(!valid4){
const err2 = {instancePath:instancePath+"/matrix",schemaPath:"#/properties/matrix/propertyNames",keyword:"propertyNames",params:{propertyName: key0}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
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
const err3 = {instancePath:instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1,schemaPath:"#/properties/matrix/additionalProperties/items/anyOf/0/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var _valid0 = _errs14 === errors;
valid8 = valid8 || _valid0;
const _errs16 = errors;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
if(typeof data4[key2] !== "string"){
const err4 = {instancePath:instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1+"/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/matrix/additionalProperties/items/anyOf/1/additionalProperties/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1,schemaPath:"#/properties/matrix/additionalProperties/items/anyOf/1/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
var _valid0 = _errs16 === errors;
valid8 = valid8 || _valid0;
if(!valid8){
const err6 = {instancePath:instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i1,schemaPath:"#/properties/matrix/additionalProperties/items/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
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
const err7 = {instancePath:instancePath+"/matrix/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/matrix/additionalProperties/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath:instancePath+"/matrix",schemaPath:"#/properties/matrix/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.name !== undefined){
if(!(validate66(data.name, {instancePath:instancePath+"/name",parentData:data,parentDataProperty:"name",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
for(const key3 in data){
if(((((((((((((((((((((((((((((((((key3 !== "inherits") && (key3 !== "matrix")) && (key3 !== "name")) && (key3 !== "annotations")) && (key3 !== "args")) && (key3 !== "attest")) && (key3 !== "call")) && (key3 !== "context")) && (key3 !== "contexts")) && (key3 !== "description")) && (key3 !== "dockerfile")) && (key3 !== "dockerfileInline")) && (key3 !== "entitlements")) && (key3 !== "extraHosts")) && (key3 !== "labels")) && (key3 !== "network")) && (key3 !== "noCache")) && (key3 !== "noCacheFilter")) && (key3 !== "output")) && (key3 !== "platforms")) && (key3 !== "policy")) && (key3 !== "pull")) && (key3 !== "resources")) && (key3 !== "secret")) && (key3 !== "shmSize")) && (key3 !== "ssh")) && (key3 !== "tags")) && (key3 !== "target")) && (key3 !== "ulimits")) && (key3 !== "cacheFrom")) && (key3 !== "cacheTo")) && (key3 !== "cache")) && (key3 !== "mounts")){
const err9 = {instancePath,schemaPath:"#/unevaluatedProperties",keyword:"unevaluatedProperties",params:{unevaluatedProperty: key3}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
else {
const err10 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
validate216.errors = vErrors;
return errors === 0;
}
validate216.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate222(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate222.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.targets === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "targets"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "targets") || (key0 === "description"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.targets !== undefined){
let data0 = data.targets;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
const err2 = {instancePath:instancePath+"/targets/" + i0,schemaPath:"#/properties/targets/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
const err4 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
validate222.errors = vErrors;
return errors === 0;
}
validate222.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema57 = {"type":"object","properties":{"name":{"type":"string","minLength":1},"driver":{"type":"string","enum":["docker","docker-container","kubernetes","remote","cloud"]},"endpoint":{"type":"string","minLength":1},"options":{"type":"object","additionalProperties":{"type":["string","number","boolean"]}},"platforms":{"type":"array","items":{"type":"string","minLength":1}},"buildkitdFlags":{"type":"string"},"buildkitdConfig":{"type":"string","minLength":1},"tls":{"$ref":"#/$defs/BuilderTls"}},"additionalProperties":false};

function validate226(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate226.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((key0 === "ca") || (key0 === "cert")) || (key0 === "key")) || (key0 === "serverName"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.ca !== undefined){
let data0 = data.ca;
if(typeof data0 === "string"){
if(data0.length < 1){
const err1 = {instancePath:instancePath+"/ca",schemaPath:"#/properties/ca/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/ca",schemaPath:"#/properties/ca/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.cert !== undefined){
let data1 = data.cert;
if(typeof data1 === "string"){
if(data1.length < 1){
const err3 = {instancePath:instancePath+"/cert",schemaPath:"#/properties/cert/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/cert",schemaPath:"#/properties/cert/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.key !== undefined){
let data2 = data.key;
if(typeof data2 === "string"){
if(data2.length < 1){
const err5 = {instancePath:instancePath+"/key",schemaPath:"#/properties/key/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/key",schemaPath:"#/properties/key/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.serverName !== undefined){
let data3 = data.serverName;
if(typeof data3 === "string"){
if(data3.length < 1){
const err7 = {instancePath:instancePath+"/serverName",schemaPath:"#/properties/serverName/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/serverName",schemaPath:"#/properties/serverName/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
validate226.errors = vErrors;
return errors === 0;
}
validate226.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate225(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate225.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((((key0 === "name") || (key0 === "driver")) || (key0 === "endpoint")) || (key0 === "options")) || (key0 === "platforms")) || (key0 === "buildkitdFlags")) || (key0 === "buildkitdConfig")) || (key0 === "tls"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(data0.length < 1){
const err1 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.driver !== undefined){
let data1 = data.driver;
if(typeof data1 !== "string"){
const err3 = {instancePath:instancePath+"/driver",schemaPath:"#/properties/driver/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!(((((data1 === "docker") || (data1 === "docker-container")) || (data1 === "kubernetes")) || (data1 === "remote")) || (data1 === "cloud"))){
const err4 = {instancePath:instancePath+"/driver",schemaPath:"#/properties/driver/enum",keyword:"enum",params:{allowedValues: schema57.properties.driver.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.endpoint !== undefined){
let data2 = data.endpoint;
if(typeof data2 === "string"){
if(data2.length < 1){
const err5 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.options !== undefined){
let data3 = data.options;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 in data3){
let data4 = data3[key1];
if(((typeof data4 !== "string") && (!((typeof data4 == "number") && (isFinite(data4))))) && (typeof data4 !== "boolean")){
const err7 = {instancePath:instancePath+"/options/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/options/additionalProperties/type",keyword:"type",params:{type: schema57.properties.options.additionalProperties.type}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath:instancePath+"/options",schemaPath:"#/properties/options/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
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
const err9 = {instancePath:instancePath+"/platforms/" + i0,schemaPath:"#/properties/platforms/items/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/platforms/" + i0,schemaPath:"#/properties/platforms/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
else {
const err11 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.buildkitdFlags !== undefined){
if(typeof data.buildkitdFlags !== "string"){
const err12 = {instancePath:instancePath+"/buildkitdFlags",schemaPath:"#/properties/buildkitdFlags/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.buildkitdConfig !== undefined){
let data8 = data.buildkitdConfig;
if(typeof data8 === "string"){
if(data8.length < 1){
const err13 = {instancePath:instancePath+"/buildkitdConfig",schemaPath:"#/properties/buildkitdConfig/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/buildkitdConfig",schemaPath:"#/properties/buildkitdConfig/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.tls !== undefined){
if(!(validate226(data.tls, {instancePath:instancePath+"/tls",parentData:data,parentDataProperty:"tls",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate226.errors : vErrors.concat(validate226.errors);
errors = vErrors.length;
}
}
}
else {
const err15 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
validate225.errors = vErrors;
return errors === 0;
}
validate225.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema59 = {"type":"string","enum":["error","warn","off"]};

function validate229(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate229.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(!(((data === "error") || (data === "warn")) || (data === "off"))){
const err1 = {instancePath,schemaPath:"#/enum",keyword:"enum",params:{allowedValues: schema59.enum}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate229.errors = vErrors;
return errors === 0;
}
validate229.evaluated = {"dynamicProps":false,"dynamicItems":false};

const pattern13 = new RegExp("^BK[0-9]{4}$", "u");

function validate52(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate52.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func1.call(schema19.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.$schema !== undefined){
if(typeof data.$schema !== "string"){
const err1 = {instancePath:instancePath+"/$schema",schemaPath:"#/properties/%24schema/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.project !== undefined){
if(!(validate53(data.project, {instancePath:instancePath+"/project",parentData:data,parentDataProperty:"project",rootData,dynamicAnchors}))){
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
const err2 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/anyOf/0/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/anyOf/0/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
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
const err4 = {instancePath:instancePath+"/extends/" + i0,schemaPath:"#/properties/extends/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/extends/" + i0,schemaPath:"#/properties/extends/anyOf/1/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
}
else {
const err6 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/anyOf/1/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
var _valid0 = _errs9 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const err7 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
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
const err8 = {instancePath:instancePath+"/bake",schemaPath:"#/properties/bake/anyOf/0/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/bake",schemaPath:"#/properties/bake/anyOf/0/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
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
const err10 = {instancePath:instancePath+"/bake/" + i1,schemaPath:"#/properties/bake/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/bake/" + i1,schemaPath:"#/properties/bake/anyOf/1/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath:instancePath+"/bake",schemaPath:"#/properties/bake/anyOf/1/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
var _valid1 = _errs17 === errors;
valid4 = valid4 || _valid1;
if(!valid4){
const err13 = {instancePath:instancePath+"/bake",schemaPath:"#/properties/bake/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
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
if(!(validate55(key1, {instancePath:instancePath+"/variables",parentData:data6,parentDataProperty:"variables",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate55.errors : vErrors.concat(validate55.errors);
errors = vErrors.length;
}
var valid7 = _errs23 === errors;
if(!valid7){
const err14 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames",keyword:"propertyNames",params:{propertyName: key1}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
for(const key2 in data6){
let data7 = data6[key2];
const _errs26 = errors;
let valid9 = false;
const _errs27 = errors;
if(((typeof data7 !== "string") && (!((typeof data7 == "number") && (isFinite(data7))))) && (typeof data7 !== "boolean")){
const err15 = {instancePath:instancePath+"/variables/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/anyOf/0/type",keyword:"type",params:{type: schema19.properties.variables.additionalProperties.anyOf[0].type}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
var _valid2 = _errs27 === errors;
valid9 = valid9 || _valid2;
const _errs29 = errors;
if(!(validate57(data7, {instancePath:instancePath+"/variables/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data6,parentDataProperty:key2,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate57.errors : vErrors.concat(validate57.errors);
errors = vErrors.length;
}
var _valid2 = _errs29 === errors;
valid9 = valid9 || _valid2;
if(!valid9){
const err16 = {instancePath:instancePath+"/variables/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
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
const err17 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.backends !== undefined){
let data8 = data.backends;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key3 in data8){
const _errs32 = errors;
if(!(validate62(key3, {instancePath:instancePath+"/backends",parentData:data8,parentDataProperty:"backends",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid10 = _errs32 === errors;
if(!valid10){
const err18 = {instancePath:instancePath+"/backends",schemaPath:"#/properties/backends/propertyNames",keyword:"propertyNames",params:{propertyName: key3}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
for(const key4 in data8){
if(!(validate64(data8[key4], {instancePath:instancePath+"/backends/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data8,parentDataProperty:key4,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate64.errors : vErrors.concat(validate64.errors);
errors = vErrors.length;
}
}
}
else {
const err19 = {instancePath:instancePath+"/backends",schemaPath:"#/properties/backends/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.cache !== undefined){
if(!(validate119(data.cache, {instancePath:instancePath+"/cache",parentData:data,parentDataProperty:"cache",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate119.errors : vErrors.concat(validate119.errors);
errors = vErrors.length;
}
}
if(data.trust !== undefined){
let data11 = data.trust;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key5 in data11){
const _errs38 = errors;
if(!(validate128(key5, {instancePath:instancePath+"/trust",parentData:data11,parentDataProperty:"trust",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate128.errors : vErrors.concat(validate128.errors);
errors = vErrors.length;
}
var valid12 = _errs38 === errors;
if(!valid12){
const err20 = {instancePath:instancePath+"/trust",schemaPath:"#/properties/trust/propertyNames",keyword:"propertyNames",params:{propertyName: key5}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
for(const key6 in data11){
if(!(validate130(data11[key6], {instancePath:instancePath+"/trust/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data11,parentDataProperty:key6,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate130.errors : vErrors.concat(validate130.errors);
errors = vErrors.length;
}
}
}
else {
const err21 = {instancePath:instancePath+"/trust",schemaPath:"#/properties/trust/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.retention !== undefined){
if(!(validate132(data.retention, {instancePath:instancePath+"/retention",parentData:data,parentDataProperty:"retention",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate132.errors : vErrors.concat(validate132.errors);
errors = vErrors.length;
}
}
if(data.mounts !== undefined){
let data14 = data.mounts;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key7 in data14){
const _errs44 = errors;
if(!(validate62(key7, {instancePath:instancePath+"/mounts",parentData:data14,parentDataProperty:"mounts",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid14 = _errs44 === errors;
if(!valid14){
const err22 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/propertyNames",keyword:"propertyNames",params:{propertyName: key7}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
for(const key8 in data14){
let data15 = data14[key8];
const _errs47 = errors;
let valid16 = false;
const _errs48 = errors;
if(!(validate144(data15, {instancePath:instancePath+"/mounts/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data14,parentDataProperty:key8,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate144.errors : vErrors.concat(validate144.errors);
errors = vErrors.length;
}
var _valid3 = _errs48 === errors;
valid16 = valid16 || _valid3;
const _errs49 = errors;
if(!(validate146(data15, {instancePath:instancePath+"/mounts/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data14,parentDataProperty:key8,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate146.errors : vErrors.concat(validate146.errors);
errors = vErrors.length;
}
var _valid3 = _errs49 === errors;
valid16 = valid16 || _valid3;
if(!valid16){
const err23 = {instancePath:instancePath+"/mounts/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/mounts/additionalProperties/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
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
const err24 = {instancePath:instancePath+"/mounts",schemaPath:"#/properties/mounts/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data.defaults !== undefined){
let data16 = data.defaults;
if(!(validate151(data16, {instancePath:instancePath+"/defaults",parentData:data,parentDataProperty:"defaults",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate151.errors : vErrors.concat(validate151.errors);
errors = vErrors.length;
}
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
for(const key9 in data16){
if((((((((((((((((((((((((((((((key9 !== "annotations") && (key9 !== "args")) && (key9 !== "attest")) && (key9 !== "call")) && (key9 !== "context")) && (key9 !== "contexts")) && (key9 !== "description")) && (key9 !== "dockerfile")) && (key9 !== "dockerfileInline")) && (key9 !== "entitlements")) && (key9 !== "extraHosts")) && (key9 !== "labels")) && (key9 !== "network")) && (key9 !== "noCache")) && (key9 !== "noCacheFilter")) && (key9 !== "output")) && (key9 !== "platforms")) && (key9 !== "policy")) && (key9 !== "pull")) && (key9 !== "resources")) && (key9 !== "secret")) && (key9 !== "shmSize")) && (key9 !== "ssh")) && (key9 !== "tags")) && (key9 !== "target")) && (key9 !== "ulimits")) && (key9 !== "cacheFrom")) && (key9 !== "cacheTo")) && (key9 !== "cache")) && (key9 !== "mounts")){
const err25 = {instancePath:instancePath+"/defaults",schemaPath:"#/properties/defaults/unevaluatedProperties",keyword:"unevaluatedProperties",params:{unevaluatedProperty: key9}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
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
if(!(validate62(key10, {instancePath:instancePath+"/targets",parentData:data17,parentDataProperty:"targets",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid17 = _errs54 === errors;
if(!valid17){
const err26 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/propertyNames",keyword:"propertyNames",params:{propertyName: key10}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
for(const key11 in data17){
if(!(validate216(data17[key11], {instancePath:instancePath+"/targets/" + key11.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data17,parentDataProperty:key11,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate216.errors : vErrors.concat(validate216.errors);
errors = vErrors.length;
}
}
}
else {
const err27 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.groups !== undefined){
let data19 = data.groups;
if(data19 && typeof data19 == "object" && !Array.isArray(data19)){
for(const key12 in data19){
const _errs59 = errors;
if(!(validate62(key12, {instancePath:instancePath+"/groups",parentData:data19,parentDataProperty:"groups",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid19 = _errs59 === errors;
if(!valid19){
const err28 = {instancePath:instancePath+"/groups",schemaPath:"#/properties/groups/propertyNames",keyword:"propertyNames",params:{propertyName: key12}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
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
const err29 = {instancePath:instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i2,schemaPath:"#/properties/groups/additionalProperties/anyOf/0/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/groups/additionalProperties/anyOf/0/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
var _valid4 = _errs63 === errors;
valid21 = valid21 || _valid4;
const _errs67 = errors;
if(!(validate222(data20, {instancePath:instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data19,parentDataProperty:key13,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate222.errors : vErrors.concat(validate222.errors);
errors = vErrors.length;
}
var _valid4 = _errs67 === errors;
valid21 = valid21 || _valid4;
if(!valid21){
const err31 = {instancePath:instancePath+"/groups/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/groups/additionalProperties/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
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
const err32 = {instancePath:instancePath+"/groups",schemaPath:"#/properties/groups/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data.external !== undefined){
let data22 = data.external;
if(Array.isArray(data22)){
const len3 = data22.length;
for(let i3=0; i3<len3; i3++){
if(!(validate62(data22[i3], {instancePath:instancePath+"/external/" + i3,parentData:data22,parentDataProperty:i3,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
}
}
else {
const err33 = {instancePath:instancePath+"/external",schemaPath:"#/properties/external/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
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
const err34 = {instancePath:instancePath+"/builder",schemaPath:"#/properties/builder/anyOf/0/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
else {
const err35 = {instancePath:instancePath+"/builder",schemaPath:"#/properties/builder/anyOf/0/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
var _valid5 = _errs73 === errors;
valid26 = valid26 || _valid5;
const _errs75 = errors;
if(!(validate225(data24, {instancePath:instancePath+"/builder",parentData:data,parentDataProperty:"builder",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate225.errors : vErrors.concat(validate225.errors);
errors = vErrors.length;
}
var _valid5 = _errs75 === errors;
valid26 = valid26 || _valid5;
if(!valid26){
const err36 = {instancePath:instancePath+"/builder",schemaPath:"#/properties/builder/anyOf",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
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
const err37 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/propertyNames/pattern",keyword:"pattern",params:{pattern: "^BK[0-9]{4}$"},propertyName:key14};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
else {
const err38 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/propertyNames/type",keyword:"type",params:{type: "string"},propertyName:key14};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
var valid27 = _errs78 === errors;
if(!valid27){
const err39 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/propertyNames",keyword:"propertyNames",params:{propertyName: key14}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
for(const key15 in data25){
if(!(validate229(data25[key15], {instancePath:instancePath+"/rules/" + key15.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data25,parentDataProperty:key15,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate229.errors : vErrors.concat(validate229.errors);
errors = vErrors.length;
}
}
}
else {
const err40 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
else {
const err41 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
validate52.errors = vErrors;
return errors === 0;
}
validate52.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const shape = {"type":"object","properties":{"$schema":{"type":"string"},"project":{"$ref":"#/$defs/ProjectName"},"extends":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"bake":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"variables":{"type":"object","additionalProperties":{"anyOf":[{"type":["string","number","boolean"]},{"$ref":"#/$defs/VariableDefinition"}]}},"backends":{"type":"object","additionalProperties":{"$ref":"#/$defs/Backend"}},"cache":{"$ref":"#/$defs/CachePolicy"},"trust":{"type":"object","additionalProperties":{"$ref":"#/$defs/TrustLevel"}},"retention":{"$ref":"#/$defs/Retention"},"mounts":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Preset"},{"$ref":"#/$defs/MountDefinition"}]}},"defaults":{"$ref":"#/$defs/TargetAttributes"},"targets":{"type":"object","additionalProperties":{"$ref":"#/$defs/Target"}},"groups":{"type":"object","additionalProperties":{"anyOf":[{"type":"array","items":{"type":"string"}},{"$ref":"#/$defs/GroupDefinition"}]}},"external":{"type":"array","items":{"$ref":"#/$defs/Name"}},"builder":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/BuilderDefinition"}]},"rules":{"type":"object","additionalProperties":{"$ref":"#/$defs/Level"}}},"additionalProperties":false,"$defs":{"Level":{"type":"string"},"Template":{"type":"string"},"VariableReference":{"type":"string"},"Name":{"type":"string"},"VariableName":{"type":"string"},"ProjectName":{"type":"string"},"Duration":{"type":"string"},"Age":{"type":"string"},"Size":{"type":"string"},"Preset":{"type":"string"},"VariableDefinition":{"type":"object","properties":{"type":{"type":"string"},"default":{"type":["string","number","boolean","null","array","object"],"additionalProperties":true},"description":{"type":"string"},"validation":{"anyOf":[{"$ref":"#/$defs/Validation"},{"type":"array","items":{"$ref":"#/$defs/Validation"}}]}},"additionalProperties":false},"Validation":{"type":"object","properties":{"condition":{"type":"string"},"errorMessage":{"type":"string"}},"additionalProperties":false},"Backend":{"type":"object","oneOf":[{"$ref":"#/$defs/LocalBackend"},{"$ref":"#/$defs/S3Backend"},{"$ref":"#/$defs/GcsBackend"},{"$ref":"#/$defs/RegistryBackend"},{"$ref":"#/$defs/GhaBackend"},{"$ref":"#/$defs/AzblobBackend"},{"$ref":"#/$defs/InlineBackend"}]},"LocalBackend":{"type":"object","properties":{"type":{"const":"local"},"path":{"$ref":"#/$defs/Template"},"tag":{"$ref":"#/$defs/Template"},"digest":{"$ref":"#/$defs/Template"},"reset":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"}},"additionalProperties":false},"S3Backend":{"type":"object","properties":{"type":{"const":"s3"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"region":{"$ref":"#/$defs/Template"},"profile":{"type":"string"},"endpointUrl":{"$ref":"#/$defs/Template"},"usePathStyle":{"type":"boolean"},"insecure":{"type":"boolean"},"relay":{"type":"string"},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer"},"retryMode":{"type":"string"},"retryMaxAttempts":{"type":"integer"},"disableAcceptEncoding":{"type":"boolean"}},"additionalProperties":false},"GcsBackend":{"type":"object","properties":{"type":{"const":"gcs"},"url":{"$ref":"#/$defs/Template"},"bucket":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"auth":{"type":"string"},"endpointUrl":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"relay":{"type":"string"},"tier":{"$ref":"#/$defs/Tier"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"},"touchRefresh":{"$ref":"#/$defs/Duration"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"},"uploadParallelism":{"type":"integer"},"retryMode":{"type":"string"},"retryMaxAttempts":{"type":"integer"}},"additionalProperties":false},"RegistryBackend":{"type":"object","properties":{"type":{"const":"registry"},"ref":{"$ref":"#/$defs/Template"},"insecure":{"type":"boolean"},"imageManifest":{"type":"boolean"},"ociMediatypes":{"type":"boolean"},"compression":{"type":"string"},"compressionLevel":{"type":"integer"},"forceCompression":{"type":"boolean"}},"additionalProperties":false},"GhaBackend":{"type":"object","properties":{"type":{"const":"gha"},"scope":{"$ref":"#/$defs/Template"},"timeout":{"$ref":"#/$defs/Duration"},"version":{"type":"integer"},"url":{"$ref":"#/$defs/Template"},"urlV2":{"$ref":"#/$defs/Template"},"repository":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"AzblobBackend":{"type":"object","properties":{"type":{"const":"azblob"},"accountUrl":{"$ref":"#/$defs/Template"},"accountName":{"$ref":"#/$defs/Template"},"container":{"$ref":"#/$defs/Template"},"prefix":{"$ref":"#/$defs/Template"},"blobsPrefix":{"$ref":"#/$defs/Template"},"manifestsPrefix":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"InlineBackend":{"type":"object","properties":{"type":{"const":"inline"},"ref":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"Tier":{"type":"object","properties":{"path":{"$ref":"#/$defs/Template"},"maxSize":{"$ref":"#/$defs/Size"}},"additionalProperties":false},"CachePolicy":{"type":"object","properties":{"read":{"type":"array","items":{"type":"string"}},"write":{"type":"array","items":{"type":"string"}},"scope":{"type":"string"},"scopes":{"$ref":"#/$defs/ScopeRules"},"epoch":{"type":"integer"},"mode":{"type":"string"},"ignoreError":{"type":"boolean"},"committed":{"type":"string"},"mounts":{"anyOf":[{"type":"string"},{"const":false}]},"mountBudget":{"$ref":"#/$defs/MountBudget"}},"additionalProperties":false},"LevelName":{"type":"string"},"TrustLevel":{"type":"object","properties":{"when":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"reads":{"type":"array","items":{"type":"string"}},"cache":{"type":"string"}},"additionalProperties":false},"ScopeRules":{"type":"object","properties":{"defaultBranch":{"type":"string"},"read":{"type":"array","items":{"type":"string"}},"requests":{"type":"string"}},"additionalProperties":false},"Retention":{"type":"object","properties":{"keepWithin":{"$ref":"#/$defs/Age"},"keepLast":{"type":"integer"},"maxSize":{"$ref":"#/$defs/Size"},"grace":{"$ref":"#/$defs/Age"},"layers":{"anyOf":[{"$ref":"#/$defs/RetentionRules"},{"const":false}]},"mounts":{"anyOf":[{"$ref":"#/$defs/RetentionRules"},{"const":false}]}},"additionalProperties":false},"RetentionRules":{"type":"object","properties":{"keepWithin":{"$ref":"#/$defs/Age"},"keepLast":{"type":"integer"},"maxSize":{"$ref":"#/$defs/Size"}},"additionalProperties":false},"MountBudget":{"type":"object","properties":{"restore":{"$ref":"#/$defs/Duration"},"save":{"$ref":"#/$defs/Duration"},"first":{"$ref":"#/$defs/Duration"}},"additionalProperties":false},"MountDefinition":{"type":"object","properties":{"preset":{"$ref":"#/$defs/Preset"},"id":{"type":"string"},"target":{"type":"string"},"sharing":{"type":"string"},"uid":{"type":"integer"},"gid":{"type":"integer"},"mode":{"type":"string"},"perArch":{"type":"boolean"},"env":{"type":"object","additionalProperties":{"type":"string"}},"key":{"type":"array","items":{"type":"string"}},"maxSize":{"$ref":"#/$defs/Size"},"persist":{"type":"boolean"}},"additionalProperties":false},"OptionEntry":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/OptionObject"}]},"OptionObject":{"type":"object","properties":{"type":{"type":"string"}},"additionalProperties":{"type":["string","number","boolean"]}},"TargetAttributes":{"type":"object","properties":{"annotations":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"args":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Template"},{"type":"null"}]}},"attest":{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},"call":{"$ref":"#/$defs/Template"},"context":{"$ref":"#/$defs/Template"},"contexts":{"type":"object","additionalProperties":{"$ref":"#/$defs/Template"}},"description":{"$ref":"#/$defs/Template"},"dockerfile":{"$ref":"#/$defs/Template"},"dockerfileInline":{"$ref":"#/$defs/Template"},"entitlements":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"extraHosts":{"type":"object","additionalProperties":{"$ref":"#/$defs/Template"}},"labels":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#/$defs/Template"},{"type":"null"}]}},"network":{"$ref":"#/$defs/Template"},"noCache":{"anyOf":[{"type":"boolean"},{"$ref":"#/$defs/VariableReference"}]},"noCacheFilter":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"output":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"$ref":"#/$defs/VariableReference"}]},"platforms":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"policy":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/PolicyEntry"}]}},"pull":{"anyOf":[{"type":"boolean"},{"$ref":"#/$defs/VariableReference"}]},"resources":{"$ref":"#/$defs/Resources"},"secret":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/SecretEntry"}]}},"shmSize":{"$ref":"#/$defs/Template"},"ssh":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Template"},{"$ref":"#/$defs/SshEntry"}]}},"tags":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"target":{"$ref":"#/$defs/Template"},"ulimits":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/Template"}},{"$ref":"#/$defs/VariableReference"}]},"cacheFrom":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"const":false}]},"cacheTo":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/OptionEntry"}},{"const":false}]},"cache":{"anyOf":[{"$ref":"#/$defs/CachePolicy"},{"const":false}]},"mounts":{"type":"array","items":{"type":"string"}}}},"Target":{"type":"object","allOf":[{"$ref":"#/$defs/TargetAttributes"}],"properties":{"inherits":{"type":"array","items":{"type":"string"}},"matrix":{"type":"object","additionalProperties":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"object","additionalProperties":{"type":"string"}}]}}},"name":{"$ref":"#/$defs/Template"}}},"GroupDefinition":{"type":"object","properties":{"targets":{"type":"array","items":{"type":"string"}},"description":{"type":"string"}},"additionalProperties":false},"SecretEntry":{"type":"object","properties":{"id":{"$ref":"#/$defs/Template"},"src":{"$ref":"#/$defs/Template"},"env":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"SshEntry":{"type":"object","properties":{"id":{"$ref":"#/$defs/Template"},"paths":{"type":"array","items":{"$ref":"#/$defs/Template"}}},"additionalProperties":false},"PolicyEntry":{"type":"object","properties":{"filename":{"$ref":"#/$defs/Template"},"reset":{"type":"boolean"},"disabled":{"type":"boolean"},"strict":{"type":"boolean"},"logLevel":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"Resources":{"type":"object","properties":{"memory":{"$ref":"#/$defs/Template"},"memorySwap":{"$ref":"#/$defs/Template"},"cpuShares":{"$ref":"#/$defs/Template"},"cpuPeriod":{"$ref":"#/$defs/Template"},"cpuQuota":{"$ref":"#/$defs/Template"},"cpusetCpus":{"$ref":"#/$defs/Template"},"cpusetMems":{"$ref":"#/$defs/Template"}},"additionalProperties":false},"BuilderDefinition":{"type":"object","properties":{"name":{"type":"string"},"driver":{"type":"string"},"endpoint":{"type":"string"},"options":{"type":"object","additionalProperties":{"type":["string","number","boolean"]}},"platforms":{"type":"array","items":{"type":"string"}},"buildkitdFlags":{"type":"string"},"buildkitdConfig":{"type":"string"},"tls":{"$ref":"#/$defs/BuilderTls"}},"additionalProperties":false},"BuilderTls":{"type":"object","properties":{"ca":{"type":"string"},"cert":{"type":"string"},"key":{"type":"string"},"serverName":{"type":"string"}},"additionalProperties":false}}};
