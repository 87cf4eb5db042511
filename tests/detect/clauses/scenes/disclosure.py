"""Sessions beside what the policy names and what an app's category needs."""

from farm.model.clause import SignalId
from farm.model.vocabulary import DataType
from tests.detect.builders import IMEI, Scene
from tests.detect.clauses.scenes.base import Build, ClauseScene, Four, value_of

POLICY = "隐私政策\n" + "我们收集设备识别码（IMEI）用于安全风控，接入友盟+SDK。" * 20


def _policy(*, read: DataType, shown: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        if shown:
            scene.show(7000, POLICY)
        scene.call(9000, read, value_of(read))
        return scene.done()

    return build


def _third_party(domain: str, *, shown: bool = True, sent: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene()
        if sent:
            scene.call(1500, DataType.IMEI, IMEI, stack=["com.bytedance.sdk.openadsdk.A.a(A.java)"])
            scene.flow(1700, domain, body=b'{"id":"' + IMEI.encode() + b'"}')
        scene.agreed()
        if shown:
            scene.show(7000, POLICY)
        return scene.done()

    return build


def _scope(read: DataType, category: str) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene(category=category).agreed()
        scene.call(9000, read, value_of(read))
        return scene.done()

    return build


SCENES: dict[SignalId, Four] = {
    SignalId.ITEM_NOT_IN_POLICY: (
        _policy(read=DataType.CONTACTS),
        _policy(read=DataType.IMEI),
        _policy(read=DataType.IMEI),
        _policy(read=DataType.CONTACTS, shown=False),
    ),
    SignalId.SDK_NOT_IN_POLICY: (
        _third_party("pangolin-sdk-toutiao.com"),
        _third_party("api.eager.example", sent=False),
        _third_party("api.eager.example", sent=False),
        _third_party("pangolin-sdk-toutiao.com", shown=False),
    ),
    SignalId.OUTSIDE_NECESSARY_SCOPE: (
        _scope(DataType.CONTACTS, "地图导航类"),
        _scope(DataType.LOCATION, "地图导航类"),
        _scope(DataType.LOCATION, "maps and navigation"),
        _scope(DataType.CONTACTS, ""),
    ),
}
