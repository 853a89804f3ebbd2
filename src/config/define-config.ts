import type {
  AzblobBackend,
  BuilderDefinition,
  CachePolicy,
  Config,
  GcsBackend,
  GhaBackend,
  GroupDefinition,
  InlineBackend,
  LocalBackend,
  MountDefinition,
  RegistryBackend,
  S3Backend,
  Target,
  TargetAttributes,
  VariableDefinition,
} from "./schema.gen.ts";

/**
 * Types a config: keys and values by the schema, and every name that one part of the config takes from another
 * (backends, mounts, targets, groups, variables). Returns its argument. Names that are computed widen to `string`
 * and are checked when the config is read.
 */
export function defineConfig<const C extends ReadonlyConfig>(config: C & Check<C>): C {
  return config;
}

/** A config whose lists may be constant. */
export type ReadonlyConfig = DeepReadonly<Config>;

type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** Types that no value has: the compiler's message shows their text. */
interface Undeclared<Kind extends string, Name> {
  readonly [undeclared]: `there is no ${Kind} called "${Name & string}"`;
}
interface UnknownKey<Name> {
  readonly [undeclared]: `unknown key "${Name & string}"`;
}
declare const undeclared: unique symbol;

/**
 * What a config must also be: itself where it is right, and an impossible type at each wrong name. Other files may
 * declare names too where the config extends them.
 */
type Check<C> = "extends" extends keyof C ? CheckKeys<C, Config> : CheckConfig<C>;

type CheckConfig<C> = {
  readonly [K in keyof C]: K extends "targets"
    ? { readonly [T in keyof C[K]]: CheckTarget<C[K][T], C, Target> }
    : K extends "defaults"
      ? CheckTarget<C[K], C, TargetAttributes>
      : K extends "groups"
        ? { readonly [G in keyof C[K]]: CheckGroup<C[K][G], C> }
        : K extends "backends"
          ? { readonly [B in keyof C[K]]: CheckBackend<C[K][B], VariableNames<C>> }
          : K extends "cache"
            ? CheckPolicy<C[K], C>
            : K extends "mounts"
              ? { readonly [M in keyof C[K]]: CheckKeys<C[K][M], MountDefinition> }
              : K extends "variables"
                ? { readonly [V in keyof C[K]]: CheckKeys<C[K][V], VariableDefinition> }
                : K extends "builder"
                  ? CheckKeys<C[K], BuilderDefinition>
                  : K extends keyof Config
                    ? unknown
                    : UnknownKey<K>;
};

/** A generic parameter takes any further key; this takes none. */
type CheckKeys<T, Known> = T extends object
  ? { readonly [K in keyof T]: K extends keyof Known ? unknown : UnknownKey<K> }
  : unknown;

type KeysOf<C, K extends string> = C extends { readonly [key in K]: infer M } ? keyof M & string : never;
type VariableNames<C> = KeysOf<C, "variables">;
type ListOf<C, K extends string> = C extends { readonly [key in K]: readonly (infer Item)[] } ? Item : never;

/** Names of the targets that matrices make; a `name` of its own can be any. */
type MadeNames<C> = C extends { readonly targets: infer Targets }
  ? {
      [T in keyof Targets]: Targets[T] extends { readonly matrix: object }
        ? Targets[T] extends { readonly name: string }
          ? string
          : `${T & string}-${string}`
        : never;
    }[keyof Targets]
  : never;

/** Other files may make targets where `bake` names them. */
type TargetNames<C> = C extends { readonly bake: unknown }
  ? string
  : KeysOf<C, "targets"> | ListOf<C, "external"> | MadeNames<C>;

type CheckName<Name, Declared, Kind extends string> = Name extends string
  ? string extends Name
    ? unknown
    : Name extends Declared
      ? unknown
      : Undeclared<Kind, Name>
  : unknown;

type CheckNames<List, Declared, Kind extends string> = {
  readonly [I in keyof List]: CheckName<List[I], Declared, Kind>;
};

type CheckPolicy<Policy, C> = Policy extends object
  ? {
      readonly [K in keyof Policy]: K extends "read" | "write"
        ? CheckNames<Policy[K], KeysOf<C, "backends">, "backend">
        : K extends "mounts"
          ? CheckName<Policy[K], KeysOf<C, "backends">, "backend">
          : K extends keyof CachePolicy
            ? unknown
            : UnknownKey<K>;
    }
  : unknown;

type CheckGroup<Group, C> = Group extends readonly unknown[]
  ? CheckNames<Group, TargetNames<C> | KeysOf<C, "groups">, "target">
  : {
      readonly [K in keyof Group]: K extends "targets"
        ? CheckNames<Group[K], TargetNames<C> | KeysOf<C, "groups">, "target">
        : K extends keyof GroupDefinition
          ? unknown
          : UnknownKey<K>;
    };

interface BackendTypes {
  readonly local: LocalBackend;
  readonly s3: S3Backend;
  readonly gcs: GcsBackend;
  readonly registry: RegistryBackend;
  readonly gha: GhaBackend;
  readonly azblob: AzblobBackend;
  readonly inline: InlineBackend;
}

type CheckBackend<B, Variables> = B extends { readonly type: infer Type extends keyof BackendTypes }
  ? {
      readonly [K in keyof B]: K extends keyof BackendTypes[Type] ? CheckText<B[K], Variables> : UnknownKey<K>;
    }
  : unknown;

/** Names that `${...}` may hold in a target: the variables, and its own axes. */
type NamesIn<T, C> = VariableNames<C> | AxisNames<T>;
type AxisNames<T> = T extends { readonly matrix: infer Matrix }
  ? (keyof Matrix & string) | `${keyof Matrix & string}.${string}`
  : never;

type CheckTarget<T, C, Known> = {
  readonly [K in keyof T]: K extends "inherits"
    ? CheckNames<T[K], TargetNames<C>, "target">
    : K extends "mounts"
      ? CheckNames<T[K], KeysOf<C, "mounts">, "mount">
      : K extends "cache"
        ? CheckPolicy<T[K], C>
        : K extends "name"
          ? CheckText<T[K], AxisNames<T>>
          : K extends "matrix"
            ? unknown
            : K extends "contexts"
              ? { readonly [N in keyof T[K]]: CheckLink<T[K][N], C> & CheckText<T[K][N], NamesIn<T, C>> }
              : K extends keyof Known
                ? CheckText<T[K], NamesIn<T, C>>
                : UnknownKey<K>;
};

type CheckLink<Text, C> = Text extends `${string}\${${string}`
  ? unknown
  : Text extends `target:${infer Name}`
    ? CheckName<Name, TargetNames<C>, "target">
    : unknown;

/** Every string below a value. */
type CheckText<T, Names> = T extends string
  ? [FirstUnknown<T, Names>] extends [never]
    ? unknown
    : Undeclared<"variable", FirstUnknown<T, Names>>
  : T extends object
    ? { readonly [K in keyof T]: CheckText<T[K], Names> }
    : unknown;

/** The first name between `${` and `}` that is none of the names; `$${` writes a literal `${`. */
type FirstUnknown<Text extends string, Names> = string extends Text
  ? never
  : Text extends `${infer Before}\${${infer After}`
    ? Before extends `${string}$`
      ? FirstUnknown<After, Names>
      : After extends `${infer Name}}${infer Rest}`
        ? Name extends Names
          ? FirstUnknown<Rest, Names>
          : Name
        : After
    : never;
