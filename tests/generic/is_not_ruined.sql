{#
    The share of unreadable and rejected rows of a raw table is at most vars.max_bad_row_share, and a required table has an
    accepted row (docs/rules.md section 1). On dwd_row_outcome.
#}
{% test is_not_ruined(model, source_table) %}

{%- set max_share = coupon_rfm.setting('max_bad_row_share')[source_table] %}
{%- set may_be_empty = source_table not in coupon_rfm.required_tables() or source_table in coupon_rfm.setting('allow_empty') %}
with

outcomes as (
    select
        *,
        case when outcome in ('rejected', 'unreadable') then row_count else 0 end as bad_row_count
    from {{ model }}
    where source_table = '{{ source_table }}'
),

totals as (
    select
        coalesce(sum(row_count), 0) as row_count,
        coalesce(sum(case when outcome = 'accepted' then row_count end), 0) as accepted_row_count,
        coalesce(sum(bad_row_count), 0) as bad_row_count
    from outcomes
),

reasons as (
    select
        reason,
        sum(bad_row_count) as row_count,
        row_number() over (order by sum(bad_row_count) desc, reason) as reason_rank
    from outcomes
    where bad_row_count > 0
    group by reason
),

reason_texts as (
    select
        max(case when reason_rank = 1 then reason end) as main_reason,
        max(case when reason_rank = 1 then reason || ' ' || cast(row_count as string) end)
        {%- for rank in range(2, 6) %}
        || coalesce(max(case when reason_rank = {{ rank }} then ', ' || reason || ' ' || cast(row_count as string) end), '')
        {%- endfor %} as reason_list
    from reasons
),

files as (
    select
        source_file,
        sum(row_count) as row_count,
        sum(bad_row_count) as bad_row_count,
        sum(case when outcome = 'unreadable' then row_count else 0 end) as unreadable_row_count,
        row_number() over (order by sum(bad_row_count) desc, source_file nulls last) as file_rank
    from outcomes
    group by source_file
),

{#-
    A byte that is no UTF-8 was read as a question mark. Of a Chinese word in GB18030, two bytes and more, some become a letter by
    chance: what is left is two question marks, or one beside such a letter.
#}
lines_like_gb18030 as (
    select
        source_file,
        count(*) as line_count
    from {{ ref('ods_' ~ source_table) }}
    where {{ coupon_rfm.matches('corrupt_record', '(?s).*([?][?]|[?][¡-龥]|[¡-龥][?]).*') }}
    group by source_file
),

found as (
    select
        totals.row_count,
        totals.accepted_row_count,
        totals.bad_row_count,
        cast(cast(100 * totals.bad_row_count as decimal(28, 4)) / nullif(totals.row_count, 0) as decimal(5, 1)) as bad_percent,
        reason_texts.main_reason,
        coalesce(reason_texts.reason_list, '') as reason_list,
        files.source_file,
        files.row_count as row_count_of_file,
        files.bad_row_count as bad_row_count_of_file,
        coalesce(2 * lines_like_gb18030.line_count > files.unreadable_row_count, false) as is_like_gb18030
    from totals
    cross join reason_texts
    left join files
        on files.file_rank = 1
    left join lines_like_gb18030
        on files.source_file = lines_like_gb18030.source_file
    where
        {%- if not may_be_empty %}
        totals.accepted_row_count = 0 or
        {%- endif %}
        {#- One or two rows are no share, unless none is allowed. #}
        (
            totals.bad_row_count > cast({{ max_share }} as decimal(9, 8)) * totals.row_count
            {{- ' and totals.bad_row_count > 2' if max_share > 0 }}
        )
)

select
    row_count,
    accepted_row_count,
    bad_row_count,
    reason_list,
    source_file,
    case
        when bad_row_count = 0
            then '{{ source_table }} has no row at all (' || coalesce(source_file, 'no file')
            || '). Export it again; if the shop has none yet, write allow_empty: [{{ source_table }}].'
        else '{{ source_table }}: ' || cast(bad_row_count as string) || ' of '
            || cast(row_count as string) || ' rows (' || cast(bad_percent as string)
            || ' %) are unreadable or rejected (' || reason_list || ')'
            || case
                when accepted_row_count = 0 then ' and none is accepted'
                else ', more than the share of {{ max_share }} that max_bad_row_share allows'
            end
            || '; ' || cast(bad_row_count_of_file as string) || ' of ' || cast(row_count_of_file as string)
            || ' in ' || source_file || '. '
            || case
                when main_reason = 'unreadable' and is_like_gb18030
                    then 'It is not UTF-8, but probably GB18030 (GBK): save it as CSV UTF-8, or convert it '
                    || 'with iconv -f GB18030 -t UTF-8.'
                else {{ coupon_rfm.remedy_of_reason('main_reason') }}
            end
            || ' Each of these rows is in dwd.dwd_rejected_row.'
            || case
                when accepted_row_count = 0 then ''
                else ' If they are rightly left out, raise max_bad_row_share.'
            end
    end as finding
from found

{% endtest %}
