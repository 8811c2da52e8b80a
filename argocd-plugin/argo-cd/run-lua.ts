import { lauxlib, lua, lualib, type State, to_luastring } from "fengari";

/**
 * Runs a script as Argo CD does: a chunk that sees some globals and returns a value.
 *
 * n.b. fengari is Lua 5.3, Argo CD's engine is 5.1.
 *
 * @throws {Error} with Lua's words.
 */
export function runLua(script: string, globals: Readonly<Record<string, unknown>>): unknown {
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  for (const [name, value] of Object.entries(globals)) {
    push(state, value);
    lua.lua_setglobal(state, to_luastring(name));
  }
  const failed =
    lauxlib.luaL_loadstring(state, to_luastring(script)) !== 0 || lua.lua_pcall(state, 0, 1, 0) !== 0;
  if (failed) throw new Error(lua.lua_tojsstring(state, -1));
  return read(state, lua.lua_gettop(state));
}

function push(state: State, value: unknown): void {
  if (typeof value === "string") lua.lua_pushstring(state, to_luastring(value));
  else if (typeof value === "number") lua.lua_pushnumber(state, value);
  else if (typeof value === "boolean") lua.lua_pushboolean(state, value);
  else if (typeof value !== "object" || value === null) lua.lua_pushnil(state);
  else {
    lua.lua_newtable(state);
    const isList = Array.isArray(value);
    for (const [key, member] of Object.entries(value)) {
      push(state, isList ? Number(key) + 1 : key);
      push(state, member);
      lua.lua_settable(state, -3);
    }
  }
}

function read(state: State, index: number): unknown {
  const type = lua.lua_type(state, index);
  if (type === lua.LUA_TSTRING) return lua.lua_tojsstring(state, index);
  if (type === lua.LUA_TNUMBER) return lua.lua_tonumber(state, index);
  if (type === lua.LUA_TBOOLEAN) return lua.lua_toboolean(state, index);
  if (type !== lua.LUA_TTABLE) return undefined;
  const entries: [unknown, unknown][] = [];
  lua.lua_pushnil(state);
  while (lua.lua_next(state, index) !== 0) {
    const top = lua.lua_gettop(state);
    entries.push([read(state, top - 1), read(state, top)]);
    lua.lua_pop(state, 1);
  }
  const isList = entries.length > 0 && entries.every(([key]) => typeof key === "number");
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
