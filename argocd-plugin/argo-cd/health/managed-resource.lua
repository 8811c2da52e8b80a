-- Health of Crossplane's managed resources. Argo CD's own script calls one without a status Healthy, a paused one Degraded,
-- and does not look at the generation that a condition speaks of.
local function is(status, message)
  return { status = status, message = message }
end

if obj.status == nil or obj.status.conditions == nil then
  return is("Progressing", "the provider has not looked at it yet")
end
local by = {}
for _, one in ipairs(obj.status.conditions) do by[one.type] = one end
local generation = obj.metadata.generation or 0
local synced = by["Synced"]
if synced ~= nil and synced.status == "False" then
  if synced.reason == "ReconcilePaused" then return is("Suspended", "annotation crossplane.io/paused") end
  return is("Degraded", synced.message or synced.reason)
end
local failed = by["LastAsyncOperation"]
if failed ~= nil and failed.status == "False" then return is("Degraded", failed.message or failed.reason) end
local ready = by["Ready"]
if ready == nil or synced == nil then return is("Progressing", "the provider is at work") end
if (ready.observedGeneration or generation) < generation then
  return is("Progressing", "the newest edit has not been looked at yet")
end
if ready.status == "True" then return is("Healthy", "") end
return is("Progressing", ready.message or ready.reason)
