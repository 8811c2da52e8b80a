-- Health of a ScaledObject. Argo CD's own script does not know that KEDA 2.20.2 and later report a broken HPA as HPAActive, and
-- shows nothing of a scale-in that is held.
local function is(status, message)
  return { status = status, message = message }
end

if obj.status == nil or obj.status.conditions == nil then
  return is("Progressing", "KEDA has not looked at it yet")
end
local by = {}
for _, one in ipairs(obj.status.conditions) do by[one.type] = one end
local function says(kind, status)
  return by[kind] ~= nil and by[kind].status == status
end
local function words(kind)
  return by[kind].message or by[kind].reason or kind
end

if says("Ready", "False") then return is("Degraded", words("Ready")) end
if says("Fallback", "True") then return is("Degraded", words("Fallback")) end
if says("HPAActive", "False") then return is("Degraded", words("HPAActive")) end
if says("Paused", "True") then return is("Suspended", words("Paused")) end
if says("Ready", "True") then
  local annotations = obj.metadata.annotations or {}
  if annotations["autoscaling.keda.sh/paused-scale-in"] == "true" then return is("Healthy", "scale-in is held") end
  if says("Active", "True") then return is("Healthy", "active: there is work") end
  return is("Healthy", "idle")
end
return is("Progressing", by["Ready"] ~= nil and words("Ready") or "KEDA is at work")
