import { argv, type MountPreset, plain } from "./preset.ts";

export const jvmPresets = {
  maven: {
    ...plain,
    holds: "the local repository",
    target: "/root/.m2/repository",
    sharing: "locked",
    sharingReason: "Maven's local repository is not made for several processes at once",
    archDependent: false,
    env: { MAVEN_ARGS: "-Dmaven.repo.local={target}" },
    foundWithoutEnv: "as-root",
    commands: argv("mvn", "mvnw"),
    notes: [
      "The variable needs Maven 3.9; with an older one, or with arguments of your own in it, give `-Dmaven.repo.local` where `target` is not the default.",
      "Every RUN that compiles needs the mount, not only the one that downloads: the libraries are in it.",
    ],
    source: "https://maven.apache.org/configure.html",
  },
  gradle: {
    ...plain,
    holds: "dependencies, compiled scripts and the build cache",
    target: "/root/.gradle/caches",
    sharing: "locked",
    sharingReason: "Gradle asks the holder of a lock over the loopback network, which containers do not share",
    archDependent: false,
    env: { GRADLE_USER_HOME: "{parent}" },
    foundWithoutEnv: "as-root",
    commands: argv("gradle", "gradlew"),
    notes: [
      "Distributions that the wrapper downloads are in another folder: a second mount `{ preset: gradle, target: /root/.gradle/wrapper }` keeps them.",
      "Give `--no-daemon`: a daemon that still runs at the end of a RUN is killed while it writes.",
      "Results of tasks are kept only with `--build-cache`.",
    ],
    source: "https://docs.gradle.org/current/userguide/directory_layout.html",
  },
  sbt: {
    ...plain,
    holds: "dependencies, as coursier keeps them",
    target: "/root/.cache/coursier/v1",
    sharing: "shared",
    sharingReason: "coursier locks each file in the folder while it downloads it",
    archDependent: false,
    env: { COURSIER_CACHE: "{target}" },
    foundWithoutEnv: "as-root",
    commands: argv("sbt", "cs", "scala-cli"),
    notes: [
      "sbt itself and its compiled plugins are in /root/.sbt: a second mount `{ target: /root/.sbt, sharing: locked }` keeps them.",
    ],
    source: "https://get-coursier.io/docs/cache",
  },
} as const satisfies Record<string, MountPreset>;
