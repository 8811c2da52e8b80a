-- Health of an AsyncActor. Synced comes first: after a refused edit Crossplane writes no status of ours any more.
-- n.b. Argo CD runs Lua 5.1.
local STATES_IN_TROUBLE = {
  TransportError = true, ScalingError = true, WorkloadError = true, ImagePullError = true, ConfigError = true,
  VolumeError = true, RuntimeError = true, SidecarError = true, Degraded = true,
}

local function condition(kind)
  for _, one in ipairs(obj.status.conditions or {}) do
    if one.type == kind then return one end
  end
end

local function is(status, message)
  return { status = status, message = message }
end

if obj.metadata.deletionTimestamp ~= nil then
  return is("Progressing", "it is being deleted")
end
if obj.status == nil or obj.status.conditions == nil then
  return is("Progressing", "Crossplane has not looked at it yet")
end

local generation = obj.metadata.generation or 0
local synced = condition("Synced")
if synced ~= nil and synced.status == "False" then
  if synced.reason == "ReconcilePaused" then
    return is("Suspended", "Crossplane does not reconcile it: annotation crossplane.io/paused")
  end
  if (synced.observedGeneration or generation) < generation then
    return is("Progressing", "the newest edit has not been looked at yet")
  end
  -- Before the function's own words come Crossplane's, about 100 characters of them.
  local words = synced.message or ""
  return is("Degraded", string.match(words, "fatal result: (.*)$") or words)
end
if (obj.status.observedGeneration or generation) < generation then
  return is("Progressing", "the newest edit has not been rendered yet")
end

local annotations = obj.metadata.annotations or {}
-- What a flavor or the platform says is in effective.
local effective = (obj.status.effective or {}).scaling or {}
if annotations["asya.sh/paused"] == "true" or effective.paused == true then
  -- n.b. KEDA's pause keeps the replicas that run.
  if (obj.status.totalReplicas or 0) > 0 then
    return is("Suspended", "scaling is paused; the pods that run go on working")
  end
  return is("Suspended", "paused; messages wait in its queue")
end

local state = obj.status.status or "Creating"
local message = state
if (obj.status.message or "") ~= "" then message = state .. ": " .. obj.status.message end
if STATES_IN_TROUBLE[state] then return is("Degraded", message) end
local ready = condition("Ready")
if ready ~= nil and ready.status == "True" then return is("Healthy", message) end
return is("Progressing", message)
