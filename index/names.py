"""Chinese family names, by which a word is known to be a person's name where nothing else says so."""

from __future__ import annotations

# Of one character, in simplified script, the commonest first, and those that differ in traditional script. Rare ones with
# which many common words begin (国, 海, 农, 平 …) are left out: 国庆 is seldom a reporter.
FAMILY_NAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛"
    "焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解"
    "强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花"
    "仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙伏岑习胥保和蔺仪逯丰水云赫初修張劉陳楊趙黃吳孫馬羅鄭謝韓馮"
    "蕭許鄧呂蘇盧蔣賈葉閻鍾薑範鄒陸龍萬錢湯賴龔龐蘭顏嚴溫蘆韋畢聶叢關莊淩費紀歐項陽衛單寧閔車邊饒鄔宮付闫雷尚骆蒲缪麦师荣寇佘麻邝班储"
    "劳皮粟楼盘闻厉伊仝阚权帅豆朴禹祖漆巴卿狄索宣容敬扈晁芮阙浦戈鹿雍羊乌裘亓邰杭宿鲜印隆茹诺慕危玉亢嵇冒谯逄綦刑"
)
DOUBLE_FAMILY_NAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "司徒",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "夏侯",
    "端木",
    "歐陽",
    "司馬",
    "諸葛",
)
