"""What detection says, in English as it stands in analyses and in Chinese. Data only.

In English `{}` stands for anything that was filled in and `{w}` for one word; Chinese names
the fillings by number. A test enumerates the sentences in the sources of `farm.detect`, so that
none lacks its Chinese.
"""

SAYINGS: tuple[tuple[str, str], ...] = (
    # phases
    ("certainly before the answering tap {w}", "确定发生在作答点击 {0} 之前"),
    ("certainly after the declining tap {w}", "确定发生在点击不同意 {0} 之后"),
    ("certainly after the withdrawal {w}", "确定发生在撤回同意 {0} 之后"),
    (
        "a consent dialog was seen and never answered: no consent was given",
        "出现过隐私弹窗但从未作答，因此未取得同意",
    ),
    (
        "consent dialog never seen: no consent was given at all",
        "从未出现隐私弹窗，因此未取得任何同意",
    ),
    (
        "no consent dialog was ever seen: no consent was given at all",
        "从未出现隐私弹窗，因此未取得任何同意",
    ),
    ("the app asked for consent again after a restart", "应用重启后再次征求同意"),
    (
        "consent was answered again: the first accepting tap may have missed",
        "再次对同意作答：第一次点击同意可能未生效",
    ),
    ("a withdrawal without an agreement before ({})", "撤回同意之前并未同意过（{0}）"),
    (
        (
            "the scenario tapped a button that may have given consent on a screen that was not "
            "recognised as a consent dialog ({})"
        ),
        "场景点击了可能表示同意的按钮，但所在界面未被识别为隐私弹窗（{0}）",
    ),
    (
        "a screen spoke of a privacy policy but was not recognised as a dialog",
        "有界面提到隐私政策，但未被识别为弹窗",
    ),
    (
        "the time, within its bound, overlaps a border of two phases",
        "在误差范围内，发生时间跨越两个阶段的分界",
    ),
    (
        "the phone's clock could not be fitted to the host's: the time is not known",
        "手机时钟无法与主机对齐，发生时间未知",
    ),
    (
        "the host's clock was set during the session: what lies around that cannot be placed",
        "会话期间主机时钟被调整，其前后的事件无法确定先后",
    ),
    (
        (
            "what the scenario did is not on record to the end: it may have given consent in the "
            "part that is missing"
        ),
        "场景的操作没有完整记录：缺失的部分中可能已给出同意",
    ),
    ("consent was given, and then something was refused", "先同意，之后又拒绝了某项内容"),
    ("it is not known in which phase this lies", "无法确定所处阶段"),
    # links
    (
        (
            "a server had sent the value in flow {} before any call handed it over: what came back "
            "may not have been collected"
        ),
        "服务器在流量 {0} 中先下发了该值，之后才有调用取得它：回传的内容不一定是收集所得",
    ),
    (
        (
            "hooks told of other connections of the app and not of this one: another program of "
            "the phone may have sent the value"
        ),
        "钩子记录到应用的其他连接，但未记录到此连接：该值可能由手机上的其他程序发送",
    ),
    (
        (
            "the value is this phone's, and no call handed it to the app: nothing shows that the "
            "app opened the connection, another program of the phone may have"
        ),
        "该值属于本机，但没有调用把它交给应用：无证据表明此连接由应用建立，可能是手机上的其他程序",
    ),
    (
        "the connection was not encrypted: nothing ties it to the app's process",
        "该连接未加密：没有证据把它与应用的进程对应起来",
    ),
    ("sent before the app ran, not by it: {}", "在应用运行之前已发出，并非应用所为：{0}"),
    ("{w}: to {}, {} times", "{0}：发往 {1}，{2} 次"),
    ("the value is known as this phone's ({}); {}", "已知该值属于本机（{0}）；{1}"),
    ("planted by the farm", "由检测平台植入"),
    ("asked from the phone", "由检测平台从本机读取"),
    ("how the app came by it was not seen", "未观察到应用如何取得该值"),
    (
        "a call that reads such data came before; what it gave is not on record",
        "此前有读取此类数据的接口调用，其返回内容未记录",
    ),
    (
        (
            "the value was in the flow before any recorded call handed it over: how the app came "
            "by it was not seen"
        ),
        "在任何记录到的调用取得该值之前，它已出现在流量中：未观察到应用如何取得它",
    ),
    (
        (
            "the clock bounds leave open whether the call came before the flow; the value itself "
            "stands in the flow"
        ),
        "在时钟误差范围内无法确定调用是否早于流量；该值本身确在流量中",
    ),
    ("the sender is whose code opened the connection", "发送方为建立该连接的代码的所有者"),
    ("who read the value was not seen", "未观察到是谁读取了该值"),
    ("whose code made the call is inferred", "调用方代码的归属为推断"),
    (
        "several parts of the app had the value; {}'s code opened the connection that carried it",
        "应用内多个部分都有该值；承载它的连接由 {0} 的代码建立",
    ),
    (
        "several parts of the app had the value; the receiver is {}'s",
        "应用内多个部分都有该值；接收方属于 {0}",
    ),
    (
        "several parts of the app had the value ({}): which one sent it is not known",
        "应用内多个部分都有该值（{0}）：无法确定由哪一个发送",
    ),
    ("several parts of the app did ({})", "应用内多个部分所为（{0}）"),
    (
        (
            "a number of this type's form and check stands in the flow; whether it is this phone's "
            "or its user's is not known"
        ),
        "流量中有格式和校验均符合该类型的号码；无法确定是否属于本手机或其使用者",
    ),
    ("nothing was handed over", "未取得任何内容"),
    # whose code
    ("stack prefix is the app's package {w}", "调用栈前缀为应用自身包名 {0}"),
    (
        "stack prefix is the package of the app's main activity ({})",
        "调用栈前缀为应用主界面所在的包（{0}）",
    ),
    ("{} is of the developer of {}", "{0} 属于 {1} 的开发者"),
    ("{}; inner frames of unknown owner ({})", "{0}；内层调用帧归属不明（{1}）"),
    ("{}, relocated", "{0}，包名经重定位"),
    ("the innermost frame {} is {}", "最内层调用帧 {0} {1}"),
    ("an obfuscated name", "为混淆后的名称"),
    ("of no known owner", "归属不明"),
    ("no Java frame of an app on the stack", "调用栈中没有应用的 Java 调用帧"),
    ("sdk catalogue {} or another of the vendor ({})", "SDK 目录 {0} 或同一厂商的其他 SDK（{1}）"),
    (
        "sdk catalogue {} (domain {}), but {}",
        "SDK 目录 {0}（域名 {1}），但{2}",
    ),
    (
        "sdk catalogue {} (domain {}), and {} is not the domain of {}",
        "SDK 目录 {0}（域名 {1}），且 {2} 不是 {3} 的域名",
    ),
    ("sdk catalogue {} (stack prefix {})", "SDK 目录 {0}（调用栈前缀 {1}）"),
    ("sdk catalogue {} ({})", "SDK 目录 {0}（{1}）"),
    ("part {} of a class's name", "类名中的 {0} 部分"),
    ("stem {}, the rest obfuscated", "词干 {0}，其余经混淆"),
    ("operator's list (own code {})", "依据检测方名单（自有代码 {0}）"),
    ("operator's list (stack prefix {})", "依据检测方名单（调用栈前缀 {0}）"),
    # receivers
    ("operator's list (own domain {w})", "依据检测方名单（自有域名 {0}）"),
    ("operator's list (domain {w})", "依据检测方名单（域名 {0}）"),
    ("domain {} is the app's package {} reversed", "域名 {0} 与应用包名 {1} 倒序一致"),
    (
        "{} is rented from {}: the receiver is its customer, not called a third party",
        "{0} 租用自 {1}：接收方是其客户，不认定为第三方",
    ),
    (
        "owner of the receiver is not known: not called a third party",
        "接收方所有者不明：不认定为第三方",
    ),
    ("organisation {} (domain {}), and {}", "组织 {0}（域名 {1}），且{2}"),
    (
        "organisation {} (domain {}); the app is {}'s by its package",
        "组织 {0}（域名 {1}）；按包名应用属于 {2}",
    ),
    (
        "organisation {} (domain {}); whether the app is of the same organisation is not known",
        "组织 {0}（域名 {1}）；无法确定应用是否属于同一组织",
    ),
    ("the app's package {} is of the same organisation", "应用包名 {0} 属于同一组织"),
    ("the app's package {} is of the same developer", "应用包名 {0} 属于同一开发者"),
    ("the app's label {} names it", "应用名称 {0} 提及该组织"),
    # verdict
    (
        "no personal information was collected before consent or after a refusal",
        "同意前和拒绝后均未收集个人信息",
    ),
    (
        "hooks and proxy were shown to hear in every phase ({} of {} proofs of life)",
        "各阶段均证明钩子和代理有效（{1} 次存活验证中 {0} 次成功）",
    ),
    ("the session was interrupted ({}) after attempts", "会话在出现读取尝试后中断（{0}）"),
    ("the session was interrupted: {}", "会话中断：{0}"),
    ("cut off", "被切断"),
    ("asked for and not given: {}", "请求读取但未取得：{0}"),
    ("sent back, not collected: {}", "为回传，并非收集：{0}"),
    (
        "{}: a server had sent it (flow {}): {}, {} times",
        "{0}：由服务器先下发（流量 {1}）：{2}，{3} 次",
    ),
    ("{}: {} in {} ({}), {} times", "{0}：{1}，{2}（{3}），{4} 次"),
    ("and {} more", "另有 {0} 项"),
    (
        "{} {} {} by {} to {} at {} ({} calls, {} flows)",
        "{2}{1} {0}，由 {3}，发往 {4}（{5}），调用 {6} 次，流量 {7} 条",
    ),
    ("{} {} {} by {} ({} calls, {} flows)", "{2}{1} {0}，由 {3}，调用 {4} 次，流量 {5} 条"),
    ("an address", "某地址"),
    # coverage
    ("the session was cut off and never finished", "会话被切断，未能完成"),
    (
        "the phone's clock was not fitted to the host's: calls cannot be placed in a phase",
        "手机时钟未与主机对齐：无法确定调用所处阶段",
    ),
    ("the stream is empty: its recorder never wrote", "记录流为空：其记录器从未写入"),
    ("the stream has no orderly end", "记录流没有正常结束"),
    ("events {} to {} are missing", "缺少事件 {0} 至 {1}"),
    ("{} refused TLS on port {}: {}", "{0}拒绝了端口 {1} 上的 TLS：{2}"),
    ("the app", "应用"),
    ("the server", "服务器"),
    ("{} bytes sent, {} received", "发送 {0} 字节，接收 {1} 字节"),
    ("no hooks were ever in place in this process", "该进程从未装上钩子"),
    ("the hooks came after the process's first instruction", "钩子晚于该进程的第一条指令"),
    ("the hook bundle never said that it was ready", "钩子从未报告就绪"),
    ("proof of life ({}) did not come out again {}", "存活验证（{0}）未能收回 {1}"),
    ("no proof of life in phase {}", "{0}阶段没有成功的存活验证"),
    (
        "the request was seen, but its bytes are not in the flow file",
        "见到了请求，但流量文件中没有其字节",
    ),
    (
        "the recording holds only the first part of the request",
        "记录只保存了请求的前一部分",
    ),
    ("later messages are not in the recording", "之后的消息不在记录中"),
    (
        "{}: {} bytes in {}, the largest part {} bytes ({})",
        "{0}：{2}，共 {1} 字节，最大部分 {3} 字节（{4}）",
    ),
    ("{} flow", "{0} 条流量"),
    ("{} flows", "{0} 条流量"),
    ("encrypted, or packed in an unknown way", "已加密，或以未知方式打包"),
    ("unknown binary format", "未知的二进制格式"),
    ("compressed data larger than the decoding bound", "压缩数据超出解码上限"),
    ("more frames than the decoding bound", "帧数超出解码上限"),
    ("more archive members than the decoding bound", "压缩包成员数超出解码上限"),
    ("more fields than the decoding bound", "字段数超出解码上限"),
    ("nested deeper than the decoding bound", "嵌套层数超出解码上限"),
    ("decoding bounds reached", "达到解码上限"),
    (
        "one value stands there more often than is reported",
        "同一值出现的次数超过报告上限",
    ),
    ("content encoding {} could not be undone", "无法还原内容编码 {0}"),
    (
        "more operations on known values than the bound: the rest is not sought",
        "对已知值的运算超出上限：其余未查找",
    ),
    # data that was not planted
    (
        "Android {w} lets no position be set over adb (12 and later do)",
        "Android {0} 不支持通过 adb 设置位置（需 Android 12 及以上）",
    ),
    (
        "the name is the access point's own and cannot be planted over adb; at most it is read",
        "Wi-Fi 名称属于接入点，无法通过 adb 植入，至多读取",
    ),
    (
        "the name is the access point's own and cannot be planted over adb",
        "Wi-Fi 名称属于接入点，无法通过 adb 植入，只能读取",
    ),
    (
        "the phone keeps no messages but those of its messaging app",
        "本机只保存默认短信应用写入的短信",
    ),
    ("the profile {w} leaves it out", "设备配置 {0} 规定不植入"),
    # what a gap is about
    ("flow to {}", "发往 {0} 的流量"),
    ("process {} ({})", "进程 {0}（{1}）"),
    ("hook {}", "钩子 {0}"),
    ("hooks", "钩子"),
    ("stream {}", "记录流 {0}"),
    ("network {}", "网络 {0}"),
    ("{} recorder", "{0} 记录器"),
    ("session", "会话"),
    ("clock", "时钟"),
    ("step {}", "步骤 {0}"),
    ("expectation {}", "预期 {0}"),
    ("operations of the app", "应用自身的运算"),
    # an app over several recordings
    ("{} findings in {} of {} recordings", "{2} 份记录中的 {1} 份有 {0} 项发现"),
    ("open questions in {} of {} recordings", "{1} 份记录中的 {0} 份有待定问题"),
    ("never seen whole: scenario {}", "场景 {0} 从未完整观察"),
    ("the app hid it: {}", "应用自身隐藏：{0}"),
    ("every scenario was seen whole and clean: {}", "所有场景均已完整观察且未发现问题：{0}"),
)

CAUSES: dict[str, str] = {
    "frida_detached": "钩子脱离",
    "hooks_not_ready": "钩子未就绪",
    "hook_failed": "钩子未装上",
    "events_dropped": "事件丢失",
    "process_not_hooked": "进程未装钩子",
    "tls_refused": "TLS 被拒绝",
    "proxy_bypassed": "绕过代理",
    "proxy_down": "代理中断",
    "phone_lost": "手机失联",
    "canary_missed": "存活验证未收回",
    "disk_full": "磁盘已满",
    "clock_unstable": "时钟不稳定",
    "recorder_failed": "记录器失败",
    "torn_stream": "记录流断裂",
    "interrupted": "会话中断",
    "protocol_not_readable": "协议无法解读",
    "content_not_searched": "内容未能检索",
    "scenario_incomplete": "场景未完成",
}
"""Why a stretch of a session was not seen: every `GapCause`, and what analysis adds."""
