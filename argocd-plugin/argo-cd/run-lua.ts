import { LuaFactory } from "wasmoon";

const factory = new LuaFactory();

/**
 * Runs a script as Argo CD does: a chunk that sees some globals and returns a value.
 *
 * n.b. wasmoon is Lua 5.4, Argo CD's engine is 5.1.
 *
 * @throws {Error} with Lua's words.
 */
export async function runLua(script: string, globals: Readonly<Record<string, unknown>>): Promise<unknown> {
  const engine = await factory.createEngine({ enableProxy: false });
  try {
    for (const [name, value] of Object.entries(globals)) engine.global.set(name, value);
    return await engine.doString(script);
  } finally {
    engine.global.close();
  }
}
