"""A gRPC server with the health service, made by hand: address, then certificate and key for TLS."""
import sys
from concurrent import futures

import grpc

STATUS = {b"": 1, b"up": 1, b"unknown": 0, b"down": 2, b"gone": 3, b"later": 9}


def check(request, context):
    service = request[2:]  # the field's tag and its length, both in one octet
    if service == b"long":
        return b"\x12\xd0\x0f" + b"x" * 2000 + b"\x08\x01"
    if service == b"endless":
        return b"\x12\x80\x80\x04" + b"x" * 65536
    if service == b"forbidden":
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "only for \u00fcsers, 100% of them\n")
    if service not in STATUS:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    status = STATUS[service]
    return bytes([8, status]) if status else b""


class Health(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/grpc.health.v1.Health/Check":
            return grpc.unary_unary_rpc_method_handler(check)
        return None


class Nothing(grpc.GenericRpcHandler):
    def service(self, details):
        return None


server = grpc.server(futures.ThreadPoolExecutor(4))
address = sys.argv[1]
if sys.argv[2] == "bare":
    server.add_generic_rpc_handlers((Nothing(),))
    port = server.add_insecure_port(address + ":0")
elif sys.argv[2] == "plain":
    server.add_generic_rpc_handlers((Health(),))
    port = server.add_insecure_port(address + ":0")
else:
    server.add_generic_rpc_handlers((Health(),))
    with open(sys.argv[2], "rb") as certificate, open(sys.argv[3], "rb") as key:
        pair = (key.read(), certificate.read())
    port = server.add_secure_port(address + ":0", grpc.ssl_server_credentials([pair]))
server.start()
print("listening on", port, flush=True)
server.wait_for_termination()
