/** Where things lie in an actor's pod (SPEC section 2): paths and volumes that runtime, sidecar and installer share. */
export const SOCKET_DIR = "/var/run/asya";
export const INSTALL_DIR = "/opt/asya";
export const RUNTIME_FILE = "asya_runtime.py";
export const RUNTIME_PATH = `${INSTALL_DIR}/${RUNTIME_FILE}`;
export const TMP_DIR = "/tmp";

export const VOLUMES = { socket: "socket-dir", tmp: "tmp", runtime: "asya-runtime" } as const;
