-- Health of an Application among an Application's objects, for waves that wait for it.
local function is(status, message)
  return { status = status, message = message or "" }
end

local status = obj.status
if status == nil then return is("Progressing", "Argo CD has not looked at it yet") end
for _, one in ipairs(status.conditions or {}) do
  if one.type == "ComparisonError" or one.type == "InvalidSpecError" then return is("Degraded", one.message) end
end
local operation = status.operationState or {}
if operation.phase == "Failed" or operation.phase == "Error" then return is("Degraded", operation.message) end
local health = status.health or {}
if health.status == "Degraded" then return is("Degraded", health.message) end
-- n.b. An Application that has synced nothing yet is Healthy to Argo CD, or Missing.
if (status.sync or {}).status ~= "Synced" then return is("Progressing", "not synced yet") end
if health.status == "Missing" or health.status == nil then return is("Progressing", "not healthy yet") end
return is(health.status, health.message)
