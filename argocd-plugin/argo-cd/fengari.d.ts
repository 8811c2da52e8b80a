/** The part of fengari's API that tests use: Lua's own C API. */
declare module "fengari" {
  export type State = { readonly brand: unique symbol };
  export const lauxlib: {
    luaL_newstate(): State;
    luaL_loadstring(state: State, script: Uint8Array): number;
  };
  export const lualib: { luaL_openlibs(state: State): void };
  export const lua: {
    LUA_TNUMBER: number;
    LUA_TSTRING: number;
    LUA_TBOOLEAN: number;
    LUA_TTABLE: number;
    lua_pcall(state: State, args: number, results: number, handler: number): number;
    lua_setglobal(state: State, name: Uint8Array): void;
    lua_pushnil(state: State): void;
    lua_pushboolean(state: State, value: boolean): void;
    lua_pushnumber(state: State, value: number): void;
    lua_pushstring(state: State, value: Uint8Array): void;
    lua_newtable(state: State): void;
    lua_settable(state: State, index: number): void;
    lua_type(state: State, index: number): number;
    lua_next(state: State, index: number): number;
    lua_pop(state: State, count: number): void;
    lua_gettop(state: State): number;
    lua_toboolean(state: State, index: number): boolean;
    lua_tonumber(state: State, index: number): number;
    lua_tojsstring(state: State, index: number): string;
  };
  export function to_luastring(text: string): Uint8Array;
}
